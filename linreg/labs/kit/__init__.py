"""What the labs share, one idea a file, in Python and in JavaScript."""
