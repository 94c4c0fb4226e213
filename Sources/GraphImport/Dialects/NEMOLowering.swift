import NetworkIR

/// Lowers one graph: follows the data from the inputs and turns what it meets into layers.
///
/// Only the flow of data counts, not names or the order of nodes. Every tensor of the file is known as a `NEMOValue`;
/// a chain of arithmetic grows until something needs its integers, and then becomes one layer.
struct NEMOLowering {
  let graph: Graph
  /// The layers and tensors so far.
  var builder = NetworkBuilder()
  /// What was read in a particular way or left out.
  var notes: [Diagnostic] = []
  private var values: [String: NEMOValue] = [:]
  private var reports: [Int: OperatorReport] = [:]
  private var fileProblems: [Diagnostic] = []
  /// How often the integer network reads each tensor; an output counts as one.
  private var uses: [String: Int] = [:]
  private let tail: NEMOTail

  init(_ graph: Graph) {
    self.graph = graph
    tail = NEMOTail(graph)
    for index in tail.integerNodes {
      for input in graph.nodes[index].inputs { uses[input, default: 0] += 1 }
    }
    for border in tail.borders { uses[border.tensor, default: 0] += 1 }
  }

  /// Lowers the whole graph; `dialectProblem` is what was found wrong with the file before.
  mutating func lower(name: String, dialectProblem: NEMOProblem?) -> LoweringResult {
    if let dialectProblem { fileProblems.append(dialectProblem.diagnostic(nil)) }
    for input in graph.inputs { lower(input: input) }
    for index in tail.integerNodes { lower(node: index) }
    for index in graph.nodes.indices where reports[index] == nil { report(index, macs: nil, problems: []) }
    for border in tail.borders { lower(border: border) }
    if tail.borders.isEmpty {
      fileProblems.append(NEMOProblem.noIntegerOutput(output: graph.outputs.first ?? "").diagnostic(nil))
    }
    for index in tail.unneeded {
      let node = graph.nodes[index]
      notes.append(NEMONote.unneeded.reason.diagnostic([], node: node.name, op: node.op))
    }
    let operators = reports.sorted { $0.key < $1.key }.map(\.value)
    let problems = fileProblems + operators.flatMap(\.problems)
    let network = problems.isEmpty ? builder.network(named: name) : nil
    return LoweringResult(network: network, operators: operators, problems: problems, notes: notes)
  }

  private mutating func lower(input name: String) {
    values[name] = .refused
    guard uses[name] != nil, let tensor = graph.tensors[name] else { return }
    do throws(NEMOProblem) {
      guard tensor.type == .float32 || tensor.type == .uint8 else {
        throw NEMOProblem.input("input '\(name)' has type \(tensor.type) but float32 or uint8 is supported")
      }
      var dimensions = tensor.dimensions ?? []
      if dimensions.first == -1 { dimensions[0] = 1 }
      guard let shape = Shape(channelsFirst: dimensions) else {
        throw NEMOProblem.input(
          "input '\(name)' has dimensions \(dimensions) but [1, C], [1, C, L] or [1, C, H, W] is supported")
      }
      let added = Tensor(
        name: name, shape: shape, type: .uint8, values: ElementType.uint8.range, origin: .channelsFirst(dimensions))
      let id = builder.add(added)
      builder.inputs.append(Boundary(tensor: id))
      values[name] = .stored(NEMOView(tensor: id, shape: shape, dimensions: dimensions))
    } catch {
      fileProblems.append(error.diagnostic(nil))
    }
  }

  private mutating func lower(node index: Int) {
    let node = graph.nodes[index]
    guard let output = node.outputs.first else { return report(index, macs: nil, problems: []) }
    values[output] = .refused
    do throws(NEMOProblem) {
      if isRefused(node) {
        try checkConstants(of: node)
        return report(index, macs: nil, problems: [])
      }
      guard node.outputs.dropFirst().allSatisfy({ $0.isEmpty || uses[$0] == nil }) else {
        throw NEMOProblem.unsupported
      }
      var value = try evaluate(node)
      if case .chain(var chain) = value {
        if node.op != "Cast" { chain.name = output }
        value = .chain(chain)
        // Read more than once, or by the outside: written down here, not computed again by each reader.
        if uses[output, default: 0] > 1 || tail.isBorder(output) { value = .stored(try store(chain)) }
      }
      values[output] = value
      report(index, macs: macs(of: value, node), problems: [])
    } catch {
      report(index, macs: nil, problems: [error.diagnostic(node)])
    }
  }

  private mutating func evaluate(_ node: GraphNode) throws(NEMOProblem) -> NEMOValue {
    guard let known = NEMOOperator(rawValue: node.op) else { throw .unsupported }
    return switch known {
    case .convolution: try convolution(node)
    case .gemm, .matrixProduct: try fullyConnected(node)
    case .add, .multiply, .divide: try arithmetic(node)
    case .floor, .cast, .clip, .relu: try rounding(node)
    case .maximumPooling: try maximumPooling(node)
    case .averagePooling, .globalAveragePooling: try averagePooling(node)
    case .pad: try padding(node)
    case .flatten, .reshape: try reshaping(node)
    case .identity, .dropout: try value(of: node.input(0))
    }
  }

  private func isRefused(_ node: GraphNode) -> Bool {
    node.inputs.contains { if case .refused = values[$0] { true } else { false } }
  }

  /// What can still be said about a node whose input was refused.
  private func checkConstants(of node: GraphNode) throws(NEMOProblem) {
    guard NEMOOperator(rawValue: node.op) != nil else { throw .unsupported }
    for input in node.inputs {
      guard let constant = graph.tensors[input], constant.data != nil, constant.type == .float32 else { continue }
      if ["Conv", "Gemm", "MatMul", "Add", "Mul", "Div"].contains(node.op) {
        _ = try constant.integers(in: NEMOLowering.exactFloats)
      }
    }
  }

  /// Integers that a double holds exactly.
  static let exactFloats = -(1 << 53)...(1 << 53)

  private mutating func lower(border: NEMOTail.Border) {
    switch values[border.tensor] {
    case .refused: return
    case .stored(let view) where builder.inputs.contains { $0.tensor == view.tensor }:
      let problem = NEMOProblem.outputIsInput(output: border.tensor, input: builder[view.tensor].name)
      fileProblems.append(problem.diagnostic(nil))
    case .stored(let view) where view.padding == .zero:
      builder.outputs.append(
        Boundary(tensor: view.tensor, cutTail: border.description, floatsAreCodes: border.description == nil))
      guard let description = border.description else { return }
      notes.append(NEMONote.cutTail.reason.diagnostic([border.tensor, description]))
    case .stored, .chain, nil:
      fileProblems.append(NEMOProblem.noIntegerOutput(output: border.tensor).diagnostic(nil))
    }
  }
}

// MARK: - Values

extension NEMOLowering {
  /// What an input of a node is.
  func value(of name: String?) throws(NEMOProblem) -> NEMOValue {
    guard let name, let value = values[name] else {
      throw .shape("input '\(name ?? "")' must be an activation, not a constant")
    }
    return value
  }

  /// A constant input of a node.
  func constant(_ name: String?) throws(NEMOProblem) -> GraphTensor {
    guard let name, let tensor = graph.tensors[name], tensor.data != nil else { throw .notConstant(tensor: name ?? "") }
    return tensor
  }

  /// Whether a tensor of the file has its data in the file.
  func isConstant(_ name: String) -> Bool { graph.tensors[name]?.data != nil }

  /// An input of a node as a tensor of the network, written down now if it was still a chain.
  mutating func storedValue(of name: String?) throws(NEMOProblem) -> NEMOView {
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

// MARK: - Reports

extension NEMOLowering {
  private mutating func report(_ index: Int, macs: Int?, problems: [Diagnostic]) {
    let node = graph.nodes[index]
    var dimensions = graph.tensors[node.outputs.first ?? ""]?.dimensions
    switch values[node.outputs.first ?? ""] {
    case .stored(let view): dimensions = view.paddedDimensions
    case .chain(let chain): dimensions = chain.dimensions
    case .refused, nil: break
    }
    let parameters = Set(node.inputs).sorted().reduce(0) { total, input in
      guard let tensor = graph.tensors[input], tensor.data != nil, tail.readers[input] == 1 else { return total }
      return total + tensor.elements
    }
    reports[index] = OperatorReport(
      node: node.name, op: node.op, outputDimensions: dimensions, macs: macs, parameters: parameters,
      problems: problems)
  }

  /// Multiply-accumulate operations of a node with weights.
  private func macs(of value: NEMOValue, _ node: GraphNode) -> Int? {
    guard ["Conv", "Gemm", "MatMul"].contains(node.op), let weights = graph.tensors[node.inputs[1]] else { return nil }
    let shape: Shape
    switch value {
    case .stored(let view): shape = view.shape
    case .chain(let chain): shape = chain.shape
    case .refused: return nil
    }
    return weights.elements / max(shape.channels, 1) * shape.elements
  }
}

extension Shape {
  /// The shape of a tensor whose dimensions the file writes as [1, C], [1, C, L] or [1, C, H, W]; else nil.
  init?(channelsFirst dimensions: [Int]) {
    guard (2...4).contains(dimensions.count), dimensions[0] == 1, dimensions.allSatisfy({ $0 >= 1 }) else { return nil }
    var elements = 1
    for dimension in dimensions {
      let (product, overflow) = elements.multipliedReportingOverflow(by: dimension)
      guard !overflow, product <= Int(Int32.max) else { return nil }
      elements = product
    }
    self.init(
      height: dimensions.count > 2 ? dimensions[2] : 1, width: dimensions.count > 3 ? dimensions[3] : 1,
      channels: dimensions[1])
  }
}

extension TensorOrigin {
  /// Axes of [1, C], [1, C, L] or [1, C, H, W].
  static func channelsFirst(_ dimensions: [Int]) -> TensorOrigin {
    TensorOrigin(dimensions: dimensions, axes: Array([.batch, .channel, .height, .width].prefix(dimensions.count)))
  }
}
