# SPDX-License-Identifier: Apache-2.0
"""Which parts of the code a layer uses, from its generated C file: the names are those of `CodePart` in CodeSize.swift.

A part is a pair of a name and a variant: what its code is instantiated for. Every layer that uses a part has bytes of
its own, and every variant of it is linked once, however many layers use it.
"""
import re

BYTES = ("U8", "I8")
SHORT = ("RQ32", "RQ32P", "RQ32L", "RQ32C", "RQ32D", "RQH")
FUSED = {"RQ32": "denseShort", "RQ32P": "denseShort", "RQ32L": "denseLimited", "RQ32D": "denseDouble",
         "RQ32C": "denseClipped", "RQH": "denseHigh", "RQ64": "denseWide", "RQ64S": "denseWide"}
LONG = ("RQ64", "RQ64S", "RQ64T", "RQ64X", "THR")
FULL = {"U8": (0, 255), "I8": (-128, 127)}
# Weights of an output channel, in bytes, up to which no layer is computed in several passes over its input channels.
ONE_PASS_BYTES = 256


def fields(text):
    """The kernel's structure in the C text of a layer: its type, fields, and the functions that take it."""
    kernel, body = re.search(r"static const dory_(\w+)_t kernel = \{(.*?)\n\};", text, re.S).groups()
    found = {name: " ".join(value.split()) for name, value in re.findall(r"\.(\w+)(?:\[\d\])? = (\{.*?\}|[^,\n]*),?\n",
                                                                         body + "\n", re.S)}
    found["kernel"] = kernel
    # Each weight is as wide as an element of the input; in the other orders nothing depends on it.
    weights = re.search(r"^ \*   \d+x\d+x(\d+) \w+ in", text, re.M)
    size = re.search(r"kernel (\d+)x(\d+)", text)
    width = 2 if "16" in found.get("input_type", "") else 1
    found["weight_bytes"] = int(weights[1]) * int(size[1]) * int(size[2]) * width if weights and size else 0
    found["functions"] = re.findall(r"^static void (?:compute|prepare)\(const void \*tile\) \{\n  (\w+)\(", text, re.M)
    return found


def plain(name):
    """DORY_U8 as U8."""
    return name.replace("DORY_", "")


def limits(layer):
    """Whether codes are those of the type, fewer, or not limited at all."""
    low, high = (int(layer[name].replace("INT32_MIN", "-2147483648")) for name in ("low", "high"))
    least, greatest = FULL.get(plain(layer["output_type"]), (0, 0))
    return "full" if low <= least and high >= greatest else "within"


def dense(layer, _):
    source, target, form = plain(layer["input_type"]), plain(layer["output_type"]), plain(layer["form"])
    window = layer["window"].strip("{}").split(", ")
    is_fused = target in BYTES and form in FUSED and (source in BYTES or form not in ("RQH", "RQ64", "RQ64S"))
    yield "dense", ""
    if not is_fused or layer["weight_bytes"] > ONE_PASS_BYTES:
        yield "denseApart", source
        yield ("denseFinishLong" if form in LONG else "denseFinish"), form
    if not is_fused:
        yield ("denseRaw" if form == "RAW" else "denseTable" if form in ("RQ64X", "THR") else "denseLong"), ""
        return
    limit = "within" if form in ("RQH", "RQ64", "RQ64S") else limits(layer)
    if window[:2] == ["1", "1"] and source in BYTES and form not in ("RQ64", "RQ64S"):
        yield "denseSingle", f"{form} {source} {target} {limit}"
    if form == "RQ32C":
        limit = "any"
    part = FUSED[form] if source in BYTES else "denseHalves"
    yield part, f"{form} {source} {target} {limit}"


def columns(layer, _):
    form = plain(layer["form"])
    height, width, *steps = layer["window"].strip("{}").split(", ")
    stride = steps[0]
    by_hand = form in ("RQ32", "RQ32P", "RQ32L", "RQ32D") and height == width and height in "35" and steps in (
        ["1", "1", "1", "1"], ["2", "2", "1", "1"])
    yield "columns", ""
    if by_hand:
        variant = f"{stride} {form} {plain(layer['input_type'])} {plain(layer['output_type'])}"
        yield ("columnsPairs" if height == "3" else "columnsSingles"), variant
    else:
        yield ("columnsShort" if form in SHORT else "columnsLong"), ""


def convolution(layer, _):
    form = plain(layer["form"])
    kind = {"dory_convolution": "convolution", "dory_grouped_convolution": "grouped",
            "dory_fully_connected": "connected", "dory_depthwise_convolution": "depthwise"}[layer["functions"][-1]]
    are_bytes = all(plain(layer[name]) in BYTES for name in ("input_type", "output_type"))
    is_common = are_bytes and layer["weight_type"] == "DORY_I8" and layer["padding_value"] == "0" and form in SHORT
    yield kind if is_common else f"{kind}Any", ""


def pooling(layer, _):
    source, target = plain(layer["input_type"]), plain(layer["output_type"])
    are_bytes = source in BYTES and target in BYTES
    kind = plain(layer["kind"])
    form = re.search(r"DORY_(\w+)", layer["requantization"])[1]
    if kind == "POOL_FLOAT_AVERAGE":
        yield "floatAverage", ""
    elif kind == "POOL_MAXIMUM" and are_bytes and source == target:
        yield "maximum", f"{layer['window']} {source}"
    elif kind == "POOL_AVERAGE" and are_bytes:
        yield "average", source
    elif kind == "POOL_SUM" and are_bytes:
        yield ("sum" if form == "RQ32" else "longSum"), source
    else:
        yield "lanes", ""


def elementwise(layer, functions):
    names = ("first_type", "second_type", "input_type", "output_type")
    types = " ".join(plain(layer[name]) for name in names if name in layer)
    kernel, is_by_words = layer["kernel"], "dory_run_words" in functions
    if kernel in ("addition", "pairwise"):
        yield "words", ""
        is_exact = is_by_words and "exceptions" not in layer
        is_shifted = any(name.startswith("dory_shifted_sum") for name in functions)
        yield ("sumElements" if not is_exact else "shiftedWords" if is_shifted else "sumWords"), types
    elif is_by_words:
        yield "words", ""
        yield f"{kernel}Words", f"{layer['least']} {types}" if kernel == "extremum" else types
    else:
        yield f"{kernel}Elements", ""


KINDS = {"dense": dense, "columns": columns, "convolution": convolution, "pooling": pooling}
OTHERS = {"softmax": "softmax", "table_softmax": "tableSoftmax", "argument_maximum": "argumentMaximum",
          "matrix_product": "matrixProduct", "movement": "movement"}


def uses(layer, functions):
    """The parts of a layer, the one that has the bytes of its own last; `functions` are those that it shares."""
    if layer["kernel"] in OTHERS:
        return [(OTHERS[layer["kernel"]], "")]
    return list(KINDS.get(layer["kernel"], elementwise)(layer, functions))


PLACES = [(r"dory_fill_|libgcc:_clz", "program"), (r"dory_dense_[ui]\d+_apart", "denseApart"),
          (r"dory_dense_finish_(raw|rq32\w?|rqh)$", "denseFinish"), (r"dory_dense_finish_", "denseFinishLong"),
          (r"dory_dense_\w+_single$", "denseSingle"),
          (r"dory_dense_[ui]\d+_", None), (r"dory_dense_", "dense"), (r"dory_columns_(odd|clip)", "columns"),
          (r"dory_columns_", None), (r"dory_run_words", "words")]


def place(function, own):
    """The part that a shared function belongs to; `own` is the one with the layer's bytes."""
    for pattern, part in PLACES:
        if re.match(pattern, function):
            return part or own
    return own
