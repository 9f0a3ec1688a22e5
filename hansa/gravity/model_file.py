"""MODEL.toml: gravity models written down in a file, with their data and the tables to be made of them.

[data]
file = "panel.parquet"            # or CSV; or store = "hansa-store", with dataset, vintage, told_by, side = [...]
where = {year = [1986, 1990]}

[derive]                          # new columns: one sign between two columns, or pair(a, b)
border = "exporter != importer"
pair = "pair(exporter, importer)"

[model]                           # or several of [[models]], side by side
formula = "trade ~ rta | exporter^year + importer^year + pair"
cluster = "pair"

[output]
tables = ["table.html", "coefficients.csv"]
plot = "coefficients.svg"
"""

from __future__ import annotations

import json
import operator
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import narwhals.stable.v2 as nw
import pyarrow as pa

from hansa import tables
from hansa.errors import DataError, HansaError, UnknownCode
from hansa.provenance import Provenance, Source
from hansa.trade.flows import Flows
from hansa.trade.store import open_store

if TYPE_CHECKING:
    from hansa.gravity.fit import GravityFit

SECTIONS = ("data", "derive", "model", "models", "output")
DATA = ("file", "store", "dataset", "vintage", "told_by", "scope", "frequency", "side", "where")
OF_STORE = DATA[2:8]
MODEL = (
    *("name", "estimator", "formula", "cluster", "convention", "weights", "offset"),
    *("missing", "singletons", "separated"),
)
OF_PPML = ("offset", "separated")
ESTIMATORS = ("ppml", "ols")
OUTPUT = ("tables", "plot")
FORMS = {".html": "html", ".tex": "latex", ".md": "markdown", ".txt": "text"}
WRITTEN = (*FORMS, ".csv", ".json")
_OPERAND = r"(?:[^\W\d]\w*|`[^`]+`|-?\d+\.?\d*|'[^']*')"
_DERIVED = re.compile(rf"\s*({_OPERAND})\s*(==|!=|<=|>=|<|>|\+|-|\*|/)\s*({_OPERAND})\s*")
_PAIR = re.compile(rf"\s*pair\(\s*({_OPERAND})\s*,\s*({_OPERAND})\s*\)\s*")
_SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


@dataclass(frozen=True)
class Model:
    """One model: its name above a column of the table, its formula, and the settings of `ppml` or `ols`."""

    name: str
    formula: str
    estimator: str = "ppml"
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ModelFile:
    """What a MODEL.toml says. data, where, derive, tables, plot : as written; models : at least one."""

    path: Path
    data: Mapping[str, Any]
    where: Mapping[str, list[Any]]
    derive: Mapping[str, str]
    models: tuple[Model, ...]
    tables: tuple[str, ...] = ()
    plot: str | None = None


def read_model(path: str | Path) -> ModelFile:
    """Models written down in a TOML file.

    Parameters
    ----------
    path : of the file; files and folders that it names are looked for beside it.

    Raises
    ------
    DataError : it is no TOML; data, model or formula are missing; a value is of the wrong kind.
    UnknownCode : a key that means nothing here; names the nearest.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "model.toml"
    >>> _ = path.write_text('data = {file = "panel.csv"}\\nmodel = {formula = "trade ~ rta | exporter + importer"}')
    >>> read_model(path).models[0].estimator
    'ppml'
    """
    path = Path(path)
    try:
        plain = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError("There is no such file. Give the path of a MODEL.toml.", file=path) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as trouble:
        raise DataError(f"The file is no readable TOML: {trouble}.", file=path) from None
    _known(plain, SECTIONS, "section", path)
    data, output = (dict(_table(plain, name, path)) for name in ("data", "output"))
    _known(data, DATA, "key of [data]", path)
    _known(output, OUTPUT, "key of [output]", path)
    _check_data(data, path)
    where = {name: _values(name, wanted, path) for name, wanted in _table(data, "where", path).items()}
    data.pop("where", None)
    derive = {name: _text(text, f"derive.{name}", path) for name, text in _table(plain, "derive", path).items()}
    for name, text in derive.items():
        _derivation(name, text, path)
    plot = output.get("plot")
    return ModelFile(
        path, data, where, derive, _models(plain, path),
        tuple(_file_name(one, WRITTEN, path) for one in _texts(output.get("tables", []), "output.tables", path)),
        _file_name(_text(plot, "output.plot", path), (".svg",), path) if plot is not None else None,
    )  # fmt: skip


def fit_model(model: ModelFile, *, progress: Callable[[str, int, float], None] | None = None) -> tuple[GravityFit, ...]:
    """The models of a file, fitted, in their order.

    Parameters
    ----------
    progress : called with the name of a model, the iteration and its decrement.

    Raises
    ------
    DataError : the data cannot be read, or hold what they cannot.
    NotIdentified, NotConverged : a model has no answer; says which.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "panel.csv").write_text("trade,rta\\n7,1\\n5,1\\n2,0\\n3,0\\n")
    >>> _ = (folder / "model.toml").write_text('data = {file = "panel.csv"}\\nmodel = {formula = "trade ~ rta"}')
    >>> fit = fit_model(read_model(folder / "model.toml"))[0]
    >>> round(float(fit.to_pandas()["coefficient"].iloc[-1]), 6)          # ln(6 / 2.5)
    0.875469
    """
    from hansa.gravity.fit import ols, ppml  # slow import

    try:
        data, provenance = _data(model)
        fits = []
        for one in model.models:
            settings = dict(one.settings)
            if one.estimator == "ppml" and progress is not None:
                settings["progress"] = _told(progress, one.name)
            try:
                fit = (ppml if one.estimator == "ppml" else ols)(one.formula, data, **settings)
            except HansaError as refusal:
                if len(model.models) > 1:  # the same refusal, which says where it stands
                    refusal.args = (f"Model {one.name!r}: {refusal}", *refusal.args[1:])
                raise
            fits.append(replace(fit, design=replace(fit.design, provenance=provenance)) if provenance else fit)
    except duckdb.Error as refusal:
        said = str(refusal).splitlines()[0]
        raise DataError(f"The data cannot be computed: {said} Look at [derive] and where.", file=model.path) from None
    return tuple(fits)


def _told(progress: Callable[[str, int, float], None], name: str) -> Callable[[int, float, float], None]:
    return lambda iteration, decrement, tolerance: progress(name, iteration, decrement)


def write_tables(model: ModelFile, fits: Sequence[GravityFit], folder: str | Path) -> list[Path]:
    """The tables and the plot that a file asks for, written into a folder, which is made where it is not there.

    >>> write_tables(ModelFile(Path("model.toml"), {}, {}, {}, ()), [], ".")
    []
    """
    from hansa.gravity.plot import coefficient_plot  # slow import
    from hansa.gravity.table import regression_table  # slow import

    names = [one.name for one in model.models]
    named = dict(zip(names, fits, strict=True))
    texts: dict[str, str] = {}
    for file in model.tables:
        suffix = Path(file).suffix
        if suffix in FORMS:
            texts[file] = regression_table(named, form=FORMS[suffix])
            if suffix == ".html":  # a browser that opens the file must not guess its letters
                texts[file] = f'<!doctype html>\n<meta charset="utf-8">\n<title>{escape(file)}</title>\n{texts[file]}'
        else:
            texts[file] = to_json(model, fits) if suffix == ".json" else _to_csv(names, fits)
    if model.plot:
        texts[model.plot] = coefficient_plot(named)
    if texts:
        Path(folder).mkdir(parents=True, exist_ok=True)
    for file, text in texts.items():
        (Path(folder) / file).write_text(text if text.endswith("\n") else f"{text}\n", encoding="utf-8")
    return [Path(folder) / file for file in texts]


def to_json(model: ModelFile, fits: Sequence[GravityFit]) -> str:
    """``{"models": [{"name", "meta", "data"}, ...]}``: each fit as its `Result` says it.

    >>> to_json(ModelFile(Path("model.toml"), {}, {}, {}, ()), [])
    '{"models": []}'
    """
    plain = [
        {"name": one.name, **json.loads(fit.result.to_json())} for one, fit in zip(model.models, fits, strict=True)
    ]
    return json.dumps({"models": plain}, ensure_ascii=False)


def _to_csv(names: Sequence[str], fits: Sequence[GravityFit]) -> str:
    """Coefficients of one fit, or of several below each other with the model's name first."""
    if len(fits) == 1:
        return fits[0].result.to_csv()
    results = [fit.result for fit in fits]
    parts = [
        result.to_arrow().add_column(0, "model", pa.array([name] * result.to_arrow().num_rows, pa.string()))
        for name, result in zip(names, results, strict=True)
    ]
    notes = tuple(f"{name}: {note}" for name, result in zip(names, results, strict=True) for note in result.notes)
    provenance = results[0].provenance.merge(*(result.provenance for result in results[1:]))
    whole = pa.concat_tables(parts, promote_options="default")
    return replace(results[0], table=whole, title=", ".join(names), notes=notes, provenance=provenance).to_csv()


def _models(plain: Mapping[str, Any], path: Path) -> tuple[Model, ...]:
    if ("model" in plain) == ("models" in plain):
        raise DataError("A model file has one [model], or several of [[models]].", file=path)
    given = plain.get("models", [plain.get("model")])
    if not isinstance(given, list) or not given or not all(isinstance(one, dict) for one in given):
        raise DataError("Models are written as [model], or as several of [[models]].", file=path)
    models = tuple(_one_model(one, place, path) for place, one in enumerate(given, 1))
    names = [model.name for model in models]
    if twice := [name for name in names if names.count(name) > 1]:
        raise DataError(f"Two models are called {twice[0]!r}. Give each a name of its own.", file=path)
    return models


def _one_model(plain: Mapping[str, Any], place: int, path: Path) -> Model:
    _known(plain, MODEL, "key of a model", path)
    if "formula" not in plain:
        raise DataError(
            f"Model {place} has no formula. Write one, such as formula = 'trade ~ rta | exporter^year'.", file=path
        )
    texts = {name: _text(plain[name], name, path) for name in plain if name != "cluster"}
    if "cluster" in plain:
        cluster = plain["cluster"]
        texts["cluster"] = " + ".join(_texts([cluster] if isinstance(cluster, str) else cluster, "cluster", path))
    estimator = texts.pop("estimator", "ppml")
    if estimator not in ESTIMATORS:
        raise UnknownCode("estimator", estimator, ESTIMATORS, file=path, hint="It may be ppml or ols.")
    if estimator == "ols" and (strange := [name for name in OF_PPML if name in texts]):
        raise DataError(f"{strange[0]!r} is a setting of ppml, and this model is ols. Leave it out.", file=path)
    formula = texts.pop("formula")
    return Model(texts.pop("name", f"({place})"), formula, estimator, texts)


def _check_data(data: Mapping[str, Any], path: Path) -> None:
    if ("file" in data) == ("store" in data):
        raise DataError("[data] names one file = '...' (Parquet or CSV), or one store = '...'.", file=path)
    if "file" in data and (strange := [name for name in OF_STORE if name in data]):
        raise DataError(f"{strange[0]!r} is said of a store, and [data] names a file. Leave it out.", file=path)
    for name, value in data.items():
        if name == "side":
            _texts(value, "data.side", path)
        elif name != "where":
            _text(value, f"data.{name}", path)


def _table(plain: Mapping[str, Any], name: str, path: Path) -> Mapping[str, Any]:
    found = plain.get(name, {})
    if not isinstance(found, dict):
        raise DataError(f"{name!r} is a table of keys and values, not {found!r}.", file=path)
    return found


def _known(plain: Mapping[str, Any], allowed: Sequence[str], kind: str, path: Path) -> None:
    for name in plain:
        if name not in allowed:
            raise UnknownCode(kind, name, allowed, file=path, hint=f"It may be {', '.join(allowed)}.")


def _text(value: Any, name: str, path: Path) -> str:
    if not isinstance(value, str) or not value.strip():
        raise DataError(f"{name} is a text in quotes, not {value!r}.", file=path)
    return value


def _texts(value: Any, name: str, path: Path) -> list[str]:
    if not isinstance(value, list):
        raise DataError(f"{name} is a list of texts, not {value!r}.", file=path)
    return [_text(one, name, path) for one in value]


def _values(name: str, wanted: Any, path: Path) -> list[Any]:
    values = wanted if isinstance(wanted, list) else [wanted]
    if not values or not all(isinstance(one, str | int | float) for one in values):
        raise DataError(f"where.{name} is a value, or a list of values, not {wanted!r}.", file=path)
    return values


def _file_name(name: str, suffixes: Sequence[str], path: Path) -> str:
    if Path(name).name != name or "\\" in name:
        raise DataError(f"{name!r} is to be the bare name of a file; its folder is said by --output.", file=path)
    if Path(name).suffix not in suffixes:
        raise UnknownCode("form of a file", name, (), file=path, hint=f"It may end in {', '.join(suffixes)}.")
    return name


def _data(model: ModelFile) -> tuple[Any, Provenance | None]:
    """The data of a model file, and where they are from where the data themselves cannot say it."""
    if "store" in model.data:
        return _of_store(model), None
    file = model.path.parent / model.data["file"]
    if not file.is_file():
        raise DataError(f"There is no file {model.data['file']!r} beside it.", file=model.path)
    frame = _derived(tables.frame(_csv(file)) if file.suffix.lower() in (".csv", ".tsv") else tables.frame(file), model)
    provenance = Provenance((Source("", file.name),))
    for name, text in model.derive.items():
        provenance = provenance.then("derived", f"{name} = {text}")
    for name, wanted in model.where.items():
        frame = _narrowed(frame, name, wanted, model.path)
        provenance = provenance.then("rows", f"{name} = {', '.join(map(str, wanted))}")
    return frame, provenance


def _csv(file: Path) -> pa.Table:
    """A table of commas, semicolons or tabs; columns are numbers where all of their cells are."""
    try:
        found = tables.connection().read_csv(str(file), sample_size=-1, header=True).to_arrow_table()
    except duckdb.Error as refusal:
        raise DataError(f"The file is no readable CSV: {_trouble(file, refusal)}.", file=file) from None
    return found if isinstance(found, pa.Table) else found.read_all()


def _trouble(file: Path, refusal: Exception) -> str:
    """Why a file is no readable CSV, in words for those who made it."""
    held = file.read_bytes()
    if not held.strip():
        return "it is empty"
    try:
        held.decode("utf-8")
    except UnicodeDecodeError as letter:
        return f"byte {letter.start + 1:,} is no letter of UTF-8. Save it in UTF-8"
    return str(refusal).splitlines()[0].rstrip(" .")


def _of_store(model: ModelFile) -> Flows:
    """Flows of a store with the side tables that are asked for as further columns."""
    data = model.data
    store = open_store(model.path.parent / data["store"])
    flows = store.flows(
        data.get("dataset"),
        as_of=data.get("vintage"),
        told_by=data.get("told_by"),
        scope=data.get("scope", "goods"),
        frequency=data.get("frequency"),
    )
    own = {name: wanted for name, wanted in model.where.items() if name in flows.columns}
    flows = flows.where(**own) if own else flows
    for measure in data.get("side", ()):
        side = store.side(measure, as_of=data.get("vintage")).check()
        table = _joined(flows, side.table, side.columns, measure, model.path)
        flows = replace(
            flows, table=table, provenance=flows.provenance.merge(side.provenance).then("joined", measure),
            notes=(*flows.notes, *side.notes), _sums={}, _fit=[],
        )  # fmt: skip
    table = _derived(flows.table, model)
    for name, wanted in model.where.items():
        table = table if name in own else _narrowed(table, name, wanted, model.path)
    if data.get("side"):  # a join leaves rows in no order
        table = table.sort(*(name for name in ("period", "origin", "destination", "product") if name in flows.columns))
    note = "flows that the store does not hold are no rows, and no zeros"
    return replace(flows, table=table, notes=(*flows.notes, note), _sums={}, _fit=[])


def _joined(flows: Flows, side: nw.LazyFrame[Any], held: Sequence[str], measure: str, path: Path) -> nw.LazyFrame[Any]:
    """Flows with the measure of origin and destination (gdp_origin, gdp_destination), or of both (distance)."""
    ends = [("origin", f"{measure}_origin"), ("destination", f"{measure}_destination")]
    table = flows.table
    for end, name in [("origin", measure)] if "partner" in held else ends:
        keys = {"region": end, "partner": "destination", "product": "product", "period": "period"}
        keys = {of_side: of_flows for of_side, of_flows in keys.items() if of_side in held}
        if lacking := [one for one in keys.values() if one not in flows.columns]:
            raise DataError(f"The side table {measure!r} is by {lacking[0]}, which the flows do not have.", file=path)
        right = side.select(
            *(nw.col(one).cast(nw.String).alias(f"_{one}") for one in keys), nw.col("value").alias(name)
        )
        left = table.with_columns(*(nw.col(one).cast(nw.String).alias(f"_{other}") for other, one in keys.items()))
        joined = left.join(right, on=[f"_{one}" for one in keys], how="left")
        table = joined.drop(*(f"_{one}" for one in keys))
    return table


def _narrowed(frame: nw.LazyFrame[Any], name: str, wanted: list[Any], path: Path) -> nw.LazyFrame[Any]:
    kinds = frame.collect_schema()
    if name not in kinds:
        raise UnknownCode("column of the table", name, kinds.names(), file=path, hint="It stands in where.")
    if kinds[name] == nw.String:
        wanted = [str(one) for one in wanted]
    elif kinds[name].is_numeric() and (strange := [one for one in wanted if isinstance(one, str)]):
        raise DataError(
            f"where.{name} is {strange[0]!r}, and the column holds numbers. Leave the quotes out.", file=path
        )
    return frame.filter(nw.col(name).is_in(wanted))


def _derived(frame: nw.LazyFrame[Any], model: ModelFile) -> nw.LazyFrame[Any]:
    for name, text in model.derive.items():
        kinds = frame.collect_schema()
        if name in kinds:
            raise DataError(f"derive.{name} would replace a column of the data. Choose another name.", file=model.path)
        sign, one, other = _derivation(name, text, model.path)
        for operand in (one, other):
            if isinstance(operand, _Named) and operand.name not in kinds:
                hint = f"It stands in derive.{name}."
                raise UnknownCode("column of the table", operand.name, kinds.names(), file=model.path, hint=hint)
        left, right = (nw.col(side.name) if isinstance(side, _Named) else nw.lit(side) for side in (one, other))
        if sign == "pair":
            left, right = left.cast(nw.String), right.cast(nw.String)
            either = nw.when(left <= right).then(nw.concat_str(left, right, separator="-"))
            frame = frame.with_columns(either.otherwise(nw.concat_str(right, left, separator="-")).alias(name))
        else:
            frame = frame.with_columns(_SIGNS[sign](left, right).alias(name))
    return frame


@dataclass(frozen=True)
class _Named:
    """A column in an expression."""

    name: str


def _derivation(name: str, text: str, path: Path) -> tuple[str, Any, Any]:
    """Sign and operands of an expression; a closed set, since a file may come from anybody."""
    if hit := _PAIR.fullmatch(text):
        return "pair", _operand(hit[1]), _operand(hit[2])
    if hit := _DERIVED.fullmatch(text):
        return hit[2], _operand(hit[1]), _operand(hit[3])
    raise DataError(
        f"derive.{name} = {text!r} cannot be read. Write one sign (== != < <= > >= + - * /) between two columns or "
        "values, such as 'exporter != importer' or \"continent == 'EU'\"; or pair(exporter, importer), one label for "
        "both directions.",
        file=path,
    )


def _operand(text: str) -> Any:
    if text[0] == "'":
        return text[1:-1]
    if text[0] == "`":
        return _Named(text[1:-1])
    return _Named(text) if re.fullmatch(r"[^\W\d]\w*", text) else float(text) if "." in text else int(text)
