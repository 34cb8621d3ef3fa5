"""The grader: releases for learners, and scores that a class can rely on."""
