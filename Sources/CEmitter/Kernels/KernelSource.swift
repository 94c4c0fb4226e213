import NetworkIR

/// The kernel of a layer: which functions, and its compile-time constants as a C structure named `kernel`.
struct KernelSource {
  /// A field of the structure.
  typealias Field = (name: String, value: String)

  /// The template that defines structure and functions.
  var header: String
  /// Name of the structure's type.
  var type: String
  /// Run one after another on every core, each when the last core has finished the one before; all take the tile and the
  /// structure.
  var functions: [String]
  /// Constant arrays that fields point to.
  var tables: [String] = []
  var fields: [Field]
  /// The code outside the map and its type, where the kernel reads it from the border of its input tile.
  var border: (type: ElementType, code: Int)?

  /// Everything that the layer's file includes for its kernel.
  var headers: [String] { border == nil ? [header] : [header, "dory_border.h"] }

  /// The tables, then `static const dory_..._t kernel = {...};`, and the border in the same way.
  var definition: String {
    let lines = fields.map { ".\($0.name) = \($0.value)," }
    let body = lines.map { wrapped($0, first: "    ", rest: "        ") + "\n" }.joined()
    let structure = "static const \(type) kernel = {\n\(body)};\n"
    let isLong = lines.contains { $0.utf8.count > 106 }
    let borders = border.map { ["static const dory_border_t border = {\($0.type.cName), \($0.code)};\n"] } ?? []
    return (tables + [isLong ? unformatted(structure) : structure] + borders).joined(separator: "\n")
  }

  /// The functions, each with the name of the one in the layer's file that calls it.
  var callers: [(name: String, function: String)] {
    functions.enumerated().map { ($0 == functions.count - 1 ? "compute" : "prepare", $1) }
  }

  init(_ layer: ResolvedLayer) {
    switch layer.operation {
    case .convolution(let convolution): self = .convolution(convolution, layer)
    case .addition(let addition): self = .addition(addition, layer)
    case .multiplication(let multiplication): self = .multiplication(multiplication, layer)
    case .extremum(let extremum): self = .extremum(extremum, layer)
    case .pairwise(let pairwise): self = .pairwise(pairwise, layer)
    case .pooling(let pooling): self = .pooling(pooling, layer)
    case .rescale(let rule, let zeroPoint): self = .rescale(rule, zeroPoint: zeroPoint, layer)
    case .lookup(let lookup): self = .lookup(lookup, layer)
    case .softmax(let softmax): self = .softmax(softmax, layer)
    case .tableSoftmax(let softmax): self = .tableSoftmax(softmax, layer)
    case .argumentMaximum(let argument): self = .argumentMaximum(argument, layer)
    case .matrixProduct(let product): self = .matrixProduct(product, layer)
    case .movement(let movement): self = .movement(movement, layer)
    }
    if let split = layer.planned.split.cName { fields.append(("split", split)) }
  }

  /// A kernel of one function.
  init(_ header: String, _ type: String, _ function: String, tables: [String] = [], fields: [Field]) {
    self.init(header, type, [function], tables: tables, fields: fields)
  }

  /// A kernel of several functions.
  init(_ header: String, _ type: String, _ functions: [String], tables: [String] = [], fields: [Field]) {
    self.header = header
    self.type = type
    self.functions = functions
    self.tables = tables
    self.fields = fields
  }
}

/// `input_type` or both operands' types, and `output_type`.
func typeFields(_ layer: ResolvedLayer) -> [KernelSource.Field] {
  let inputs = layer.planned.inputs
  let names = inputs.count == 2 ? ["first_type", "second_type"] : ["input_type"]
  return zip(names, inputs).map { ($0, $1.type.cName) } + [("output_type", layer.planned.output.type.cName)]
}

/// The least and the greatest code of the output.
func boundFields(_ clamp: ClosedRange<Int>) -> [KernelSource.Field] {
  [("low", int32Literal(clamp.lowerBound)), ("high", int32Literal(clamp.upperBound))]
}

/// A requantization that keeps the value itself, as a `dory_requantization_t`.
func unchanged(clamp: ClosedRange<Int>) -> String {
  "{.form = DORY_RAW, .low = \(int32Literal(clamp.lowerBound)), .high = \(int32Literal(clamp.upperBound))}"
}

/// A layer's geometry as a `dory_window_t`.
func braces(_ geometry: LayerGeometry) -> String {
  let numbers = [geometry.kernel, geometry.stride, geometry.dilation].flatMap { [$0.height, $0.width] }
  return braced(numbers.map(String.init))
}

/// A C initialiser of some values.
func braced(_ values: [String]) -> String { "{" + values.joined(separator: ", ") + "}" }
