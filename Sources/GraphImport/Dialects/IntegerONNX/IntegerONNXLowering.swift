import NetworkIR

/// Lowers one graph: follows the data from the inputs and turns what it meets into layers.
///
/// Only the flow of data counts, not names or the order of nodes. Every tensor of the file is known as a `IntegerONNXValue`;
/// a chain of arithmetic grows until something needs its integers, and then becomes one layer.
struct IntegerONNXLowering {
  let graph: Graph
  /// It decides about the widths of activations and the reading of attributes.
  let dialect: Dialect
  let profile: ReferenceProfile
  /// Of inputs that the file writes as floats; nil where nobody says.
  private let inputType: ElementType?
  /// The layers and tensors so far.
  var builder = NetworkBuilder()
  /// What was read in a particular way or left out.
  var notes: [Diagnostic] = []
  private(set) var values: [String: IntegerONNXValue] = [:]
  /// Outputs of nodes that were evaluated already.
  private(set) var folded: [String: GraphTensor] = [:]
  private var foldedElements = 0
  var reports: [Int: OperatorReport] = [:]
  var fileProblems: [Diagnostic] = []
  /// How often the integer network reads each tensor; an output counts as one.
  private var uses: [String: Int] = [:]
  let tail: IntegerONNXTail

  /// Starts with nothing lowered; the nodes `refused` before are cut off where they are movements at the end.
  init(
    _ graph: Graph, dialect: Dialect, profile: ReferenceProfile, inputType: ElementType?, refused: Set<Int> = []
  ) {
    self.graph = graph
    self.dialect = dialect
    self.profile = profile
    self.inputType = inputType
    tail = IntegerONNXTail(graph, refused: refused)
    for index in tail.integerNodes {
      for input in graph.nodes[index].inputs { uses[input, default: 0] += 1 }
    }
    for border in tail.borders { uses[border.tensor, default: 0] += 1 }
  }

  /// Says of every node no more than what is wrong with the whole file.
  mutating func refuse(_ problem: IntegerONNXProblem) -> LoweringResult {
    for (index, node) in graph.nodes.enumerated() { report(index, macs: nil, problems: [problem.diagnostic(node)]) }
    let operators = reports.sorted { $0.key < $1.key }.map(\.value)
    return LoweringResult(network: nil, operators: operators, problems: [problem.diagnostic(nil)], notes: [])
  }

  /// Lowers the whole graph.
  mutating func lower(name: String) -> LoweringResult {
    for input in graph.inputs { lower(input: input) }
    for index in tail.integerNodes { lower(node: index) }
    for index in graph.nodes.indices where reports[index] == nil { report(index, macs: nil, problems: []) }
    for border in tail.borders { lower(border: border) }
    if tail.borders.isEmpty {
      fileProblems.append(IntegerONNXProblem.noIntegerOutput(output: graph.outputs.first ?? "").diagnostic(nil))
    }
    for index in tail.unneeded {
      let node = graph.nodes[index]
      notes.append(IntegerONNXNote.unneeded.reason.diagnostic([], node: node.name, op: node.op))
    }
    let operators = reports.sorted { $0.key < $1.key }.map(\.value)
    let problems = fileProblems + operators.flatMap(\.problems)
    let network = problems.isEmpty ? builder.network(named: name) : nil
    return LoweringResult(network: network, operators: operators, problems: problems, notes: notes)
  }

  private mutating func lower(input name: String) {
    values[name] = .refused
    guard uses[name] != nil, let tensor = graph.tensors[name] else { return }
    do throws(IntegerONNXProblem) {
      let type = try elementType(ofInput: tensor)
      var dimensions = tensor.dimensions ?? []
      if dimensions.first == -1 { dimensions[0] = 1 }
      guard let shape = Shape(channelsFirst: dimensions) else {
        throw IntegerONNXProblem.input(
          "input '\(name)' has dimensions \(dimensions) but [1, C], [1, C, L] or [1, C, H, W] is supported")
      }
      let added = Tensor(
        name: name, shape: shape, type: type, values: type.range, origin: .channelsFirst(dimensions))
      let id = builder.add(added)
      builder.inputs.append(Boundary(tensor: id))
      values[name] = .stored(IntegerONNXView(tensor: id, shape: shape, dimensions: dimensions))
    } catch {
      fileProblems.append(error.diagnostic(nil))
    }
  }

  /// Integer types are the file's own; floats stand for codes whose type the file does not tell.
  private mutating func elementType(ofInput tensor: GraphTensor) throws(IntegerONNXProblem) -> ElementType {
    guard tensor.type == .float32 else {
      guard let type = ElementType(rawValue: tensor.type.rawValue), type != .int32 else {
        throw .input(
          "input '\(tensor.name)' has type \(tensor.type) but float32 or an integer of up to 16 bits is supported")
      }
      return type
    }
    if inputType == nil, dialect != .nemo {
      notes.append(IntegerONNXNote.inputType.reason.diagnostic([tensor.name, ElementType.uint8.rawValue]))
    }
    return inputType ?? .uint8
  }

  private mutating func lower(node index: Int) {
    let node = graph.nodes[index]
    guard let output = node.outputs.first else { return report(index, macs: nil, problems: []) }
    values[output] = .refused
    do throws(IntegerONNXProblem) {
      if isRefused(node) {
        try checkConstants(of: node)
        return report(index, macs: nil, problems: [])
      }
      if let constant = try fold(node) {
        folded[output] = constant
        values[output] = nil
        return report(index, macs: nil, problems: [])
      }
      let results = try evaluate(node)
      guard node.outputs.dropFirst(results.count).allSatisfy({ $0.isEmpty || uses[$0] == nil }) else {
        throw IntegerONNXProblem.unsupported
      }
      for (name, result) in zip(node.outputs, results) { values[name] = try settled(result, as: name, node) }
      report(index, macs: values[output].flatMap { macs(of: $0, node) }, problems: [])
    } catch {
      report(index, macs: nil, problems: [error.diagnostic(node)])
    }
  }

  /// What a tensor of the file is from here on: written down where it is read more than once, or by the outside, so that
  /// readers need not compute it again.
  private mutating func settled(
    _ value: IntegerONNXValue, as name: String, _ node: GraphNode
  ) throws(IntegerONNXProblem) -> IntegerONNXValue {
    guard case .chain(var chain) = value else { return value }
    if node.op != "Cast" { chain.name = name }
    guard uses[name, default: 0] > 1 || tail.isBorder(name) else { return .chain(chain) }
    return .stored(try store(chain))
  }

  /// The value of a node whose inputs are all known already; nil where they are not.
  private mutating func fold(_ node: GraphNode) throws(IntegerONNXProblem) -> GraphTensor? {
    if node.op == "Shape" {
      guard let name = node.input(0), let dimensions = try dimensions(of: name) else { return nil }
      return GraphTensor(ONNXConstant(dimensions), name: node.outputs[0])
    }
    let isKnown = node.inputs.allSatisfy { $0.isEmpty || isConstant($0) }
    guard isKnown else { return nil }
    let inputs = node.inputs.map { name in (folded[name] ?? graph.tensors[name]).flatMap { ONNXConstant($0) } }
    guard let constant = ONNXConstantFolding.value(of: node, inputs) else { return nil }
    foldedElements += constant.count
    guard foldedElements <= ONNXConstantFolding.mostElementsOfAll else {
      throw .shape(ONNXConstantFolding.excess(foldedElements))
    }
    return GraphTensor(constant, name: node.outputs[0])
  }

  private func dimensions(of name: String) throws(IntegerONNXProblem) -> [Int]? {
    if isConstant(name) { return try constant(name).dimensions }
    return switch try value(of: name) {
    case .stored(let view): view.paddedDimensions
    case .chain(let chain): chain.dimensions
    case .refused: nil
    }
  }

  private mutating func evaluate(_ node: GraphNode) throws(IntegerONNXProblem) -> [IntegerONNXValue] {
    guard let known = IntegerONNXOperator(node) else { throw .unsupported }
    if known == .split { return try split(node) }
    let value: IntegerONNXValue =
      switch known {
      case .convolution: try convolution(node)
      case .transposedConvolution: try transposedConvolution(node)
      case .gemm, .matrixProduct: try fullyConnected(node)
      case .add, .subtract, .multiply, .divide: try arithmetic(node)
      case .floor, .cast, .clip, .relu: try rounding(node)
      case .requantShift: try requantShift(node)
      case .requantizedAdd: try requantizedAddition(node)
      case .hardSwish: try hardSwish(node)
      case .maximumPooling, .globalMaximumPooling: try maximumPooling(node)
      case .averagePooling, .globalAveragePooling: try averagePooling(node)
      case .mean: try mean(node)
      case .pad: try padding(node)
      case .flatten, .reshape, .squeeze, .unsqueeze: try reshaping(node)
      case .transpose: try transposition(node)
      case .concatenation: try concatenation(node)
      case .slice: try slice(node)
      case .depthToSpace: try depthToSpace(node)
      case .identity, .dropout, .split: try value(of: node.input(0))
      }
    return [value]
  }

  private func isRefused(_ node: GraphNode) -> Bool {
    node.inputs.contains { if case .refused = values[$0] { true } else { false } }
  }

  /// What can still be said about a node whose input was refused.
  private func checkConstants(of node: GraphNode) throws(IntegerONNXProblem) {
    guard IntegerONNXOperator(node) != nil else { throw .unsupported }
    for input in node.inputs {
      guard let constant = graph.tensors[input], constant.data != nil, constant.type == .float32 else { continue }
      if ["Conv", "ConvTranspose", "Gemm", "MatMul", "Add", "Mul", "Div"].contains(node.op) {
        _ = try constant.integers(in: IntegerONNXLowering.exactFloats)
      }
    }
  }

  /// Integers that a double holds exactly.
  static let exactFloats = -(1 << 53)...(1 << 53)
}

// MARK: - Values

extension IntegerONNXLowering {
  /// What an input of a node is.
  func value(of name: String?) throws(IntegerONNXProblem) -> IntegerONNXValue {
    guard let name, let value = values[name] else {
      throw .shape("input '\(name ?? "")' must be an activation, not a constant")
    }
    return value
  }

  /// A constant input of a node.
  func constant(_ name: String?) throws(IntegerONNXProblem) -> GraphTensor {
    guard let name, let tensor = folded[name] ?? graph.tensors[name], tensor.data != nil else {
      throw .notConstant(tensor: name ?? "")
    }
    return tensor
  }

  /// Whether a tensor of the file has its data in the file.
  func isConstant(_ name: String) -> Bool { folded[name] != nil || graph.tensors[name]?.data != nil }

  /// An input of a node as a tensor of the network, written down now if it was still a chain.
  mutating func storedValue(of name: String?) throws(IntegerONNXProblem) -> IntegerONNXView {
    switch try value(of: name) {
    case .stored(let view): return view
    case .chain(let chain):
      let view = try store(chain)
      if let name { values[name] = .stored(view) }
      return view
    case .refused: throw .unsupported
    }
  }
}
