"""What to say of an answer: in a task's own words where it has them."""

from linreg.checks.notes import about

# What to say of each relation that holds between all found numbers and the expected ones.
# A task's own notes may say it in the words of its subject.
RELATIONS = {
    "sign": "Every sign is the opposite of what it should be: what is subtracted from what?",
    "double": "Off by exactly 2: twice what it should be.",
    "half": "Off by exactly 2: half of what it should be.",
    "minus_double": "Off by a factor of -2: both the sign and a 2 need a look.",
    "minus_half": "Off by a factor of -1/2: both the sign and a 2 need a look.",
    "times_n": "Off by exactly N: N times what it should be, a sum in place of a mean.",
    "over_n": "Off by exactly N: an Nth of what it should be. Is N divided by twice?",
    "times_2n": "Off by exactly 2N: look at the 2 and at the 1/N.",
    "over_2n": "Off by a factor of 1/(2N): look at the 2 and at the 1/N.",
    "times_half_n": "Off by exactly N/2: look at the 2 and at the 1/N.",
    "factor": "Every number is off by the same factor: look for a constant too many or too few.",
    "zero": "It comes out as 0 whatever the data.",
    "vanishes": "It comes out as 0, whatever the symbols are.",
    "infinite": "It is not finite, whatever the symbols are: is something divided by zero?",
    "rounded": "Very close, but not to all digits: is something rounded on the way, or a constant "
    "shortened?",
    "few_digits": "These are the right numbers with too few digits: what rounds them?",
    "shift": "Every number is off by the same constant: what is added, or left out?",
    "order": "These are the right numbers in another order.",
    "signs": "The sizes are right, some signs are not.",
    "squared": "These are the squares of the right numbers.",
    "root": "These are the square roots of the right numbers.",
}

# Of the relations, those that are a factor whatever the data.
FACTORS = {"sign": -1, "double": 2, "half": 1 / 2, "minus_double": -2, "minus_half": -1 / 2}


def words(task, relation):
    """Return what a task says of a relation."""
    return (RELATIONS | about(task).get("relations", {}))[relation]


def otherwise(task):
    """Return what a task asks whoever gives an answer that nobody foresaw."""
    return about(task)["otherwise"]
