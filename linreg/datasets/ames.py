"""House sales in Ames, Iowa, 2006 to 2010."""

import csv
from functools import cache
from importlib.resources import files

from linreg.datasets.dataset import Dataset

__all__ = ["LABELS", "QUANTITIES", "SOURCE", "UNIT_OF", "load_ames"]

SOURCE = (
    'De Cock, D. (2011), "Ames, Iowa: Alternative to the Boston Housing Data as an End of '
    'Semester Regression Project", Journal of Statistics Education 19(3), '
    "doi 10.1080/10691898.2011.11889627"
)

# Quantities: these columns are read as numbers.
QUANTITIES = {
    "US dollars": ["Misc Val", "SalePrice"],
    "count": [
        *["Bsmt Full Bath", "Bsmt Half Bath", "Full Bath", "Half Bath", "Bedroom AbvGr"],
        *["Kitchen AbvGr", "TotRms AbvGrd", "Fireplaces", "Garage Cars"],
    ],
    "feet": ["Lot Frontage"],
    "month": ["Mo Sold"],
    "rating from 1 to 10": ["Overall Qual", "Overall Cond"],
    "row number": ["Order"],
    "square feet": [
        *["Lot Area", "Mas Vnr Area", "BsmtFin SF 1", "BsmtFin SF 2", "Bsmt Unf SF"],
        *["Total Bsmt SF", "1st Flr SF", "2nd Flr SF", "Low Qual Fin SF", "Gr Liv Area"],
        *["Garage Area", "Wood Deck SF", "Open Porch SF", "Enclosed Porch", "3Ssn Porch"],
        *["Screen Porch", "Pool Area"],
    ],
    "year": ["Year Built", "Year Remod/Add", "Garage Yr Blt", "Yr Sold"],
}

# Labels: these columns stay text, even where every label is made of digits.
LABELS = {
    "identifier": ["PID"],
    "category": [
        *["MS SubClass", "MS Zoning", "Street", "Alley", "Lot Shape", "Land Contour"],
        *["Utilities", "Lot Config", "Land Slope", "Neighborhood", "Condition 1", "Condition 2"],
        *["Bldg Type", "House Style", "Roof Style", "Roof Matl", "Exterior 1st", "Exterior 2nd"],
        *["Mas Vnr Type", "Exter Qual", "Exter Cond", "Foundation", "Bsmt Qual", "Bsmt Cond"],
        *["Bsmt Exposure", "BsmtFin Type 1", "BsmtFin Type 2", "Heating", "Heating QC"],
        *["Central Air", "Electrical", "Kitchen Qual", "Functional", "Fireplace Qu"],
        *["Garage Type", "Garage Finish", "Garage Qual", "Garage Cond", "Paved Drive"],
        *["Pool QC", "Fence", "Misc Feature", "Sale Type", "Sale Condition"],
    ],
}

UNIT_OF = {name: unit for unit, names in (QUANTITIES | LABELS).items() for name in names}


def load_ames() -> Dataset:
    """Load the whole Ames housing file: 2,930 sales by 82 columns, named as in the file.

    Returns
    -------
    Dataset
        Quantities are ints with units (``SalePrice`` in US dollars, ``Gr Liv Area``, the living
        area above ground, in square feet). Labels are text, among them ``PID`` and
        ``MS SubClass``, whose digits are codes. Spaces around a label are stripped: the file
        writes the sale type ``WD`` with one behind it.

    Notes
    -----
    An empty field means that the value is missing. It becomes None in every column: 490 times in
    ``Lot Frontage``, once in ``Electrical``. The text ``'NA'`` means that the house has none of
    the thing (no alley, basement, fireplace, garage, pool, fence) and stays text. So does
    ``'None'`` in ``Mas Vnr Type``, a house without masonry veneer.

    The author advises leaving out the five sales above 4,000 square feet of ``Gr Liv Area``: they
    are in. So is one garage built in 2207, a slip in the file.

    References
    ----------
    De Cock, D. (2011), "Ames, Iowa: Alternative to the Boston Housing Data as an End of Semester
    Regression Project", Journal of Statistics Education 19(3), doi
    10.1080/10691898.2011.11889627.
    """
    columns = {name: list(column) for name, column in _read_file().items()}
    return Dataset(columns, {name: UNIT_OF[name] for name in columns}, SOURCE)


@cache
def _read_file():
    """Return the columns by name, each a tuple: the file is read once, however often it is loaded.

    Reading takes a tenth of a second, and checks of exercises load the houses again and again.
    """
    text = (files("linreg.datasets") / "ames_housing.csv").read_text(encoding="utf-8")
    header, *rows = csv.reader(text.splitlines())
    return {
        name: tuple(_read_field(field, UNIT_OF[name]) for field in column)
        for name, column in zip(header, zip(*rows, strict=True), strict=True)
    }


def _read_field(field, unit):
    """Return a field as an int or as text, None where the file leaves it empty."""
    field = field.strip()
    if not field:
        return None
    return int(field) if unit in QUANTITIES else field
