import NetworkIR

/// Lowers one graph: follows the data from the inputs and turns what it meets into layers.
///
/// Every tensor of the file is known as a `QuantizedValue`. A QLinear operator becomes a layer at once; a float operator
/// between DequantizeLinear and QuantizeLinear waits for the latter.
struct QuantizedLowering {
  let graph: Graph
  let flow: QuantizedFlow
  /// The node that makes each tensor.
  let producers: [String: Int]
  /// The layers and tensors so far.
  var builder = NetworkBuilder()
  /// What was read in a particular way or left out.
  var notes: [Diagnostic] = []
  /// Tensors of the network named after a float tensor of the file, until a QuantizeLinear names their codes.
  var provisional: Set<TensorID> = []
  /// Views that were brought into another order already, with the result.
  var arranged: [(from: QuantizedView, to: QuantizedView)] = []
  /// Tensors whose codes were packed for another shape already, with the result.
  var repacked: [(from: TensorID, to: Operand)] = []
  var values: [String: QuantizedValue] = [:]
  /// Of constants that were computed from others.
  var foldedElements = 0
  private(set) var reports: [Int: OperatorReport] = [:]
  var fileProblems: [Diagnostic] = []
  private var tensorNames: Set<String> = []

  init(_ graph: Graph) {
    self.graph = graph
    flow = QuantizedFlow(graph)
    producers = graph.producers()
  }

  /// Lowers the whole graph.
  mutating func lower(name: String) -> LoweringResult {
    for input in graph.inputs { lower(input: input) }
    for index in flow.needed { lower(node: index) }
    for index in flow.unneeded {
      let node = graph.nodes[index]
      report(index, problems: [], place: .leftOut)
      notes.append(QuantizedNote.unneeded.reason.diagnostic([], node: node.name, op: node.op))
    }
    for output in graph.outputs { lower(output: output) }
    let operators = reports.sorted { $0.key < $1.key }.map(\.value)
    let problems = fileProblems + operators.flatMap(\.problems)
    let network = problems.isEmpty ? builder.network(named: name) : nil
    return LoweringResult(network: network, operators: operators, problems: problems, notes: notes)
  }

  private mutating func lower(node index: Int) {
    let node = graph.nodes[index]
    for output in node.outputs where !output.isEmpty { values[output] = .refused }
    do throws(QuantizedProblem) {
      let isRefused = node.inputs.contains { if case .refused = values[$0] { true } else { false } }
      if !isRefused {
        for (output, value) in zip(node.outputs, try evaluate(node, isTail: flow.isTail[index])) where !output.isEmpty {
          values[output] = value
        }
        let made = node.outputs.filter { if case .refused = values[$0] { true } else { false } }
        if let unmade = made.first(where: { flow.readers[$0] != nil }) {
          throw QuantizedProblem(.unusedOutput, node.outputs.firstIndex(of: unmade) ?? 0)
        }
      }
      report(index, problems: [], place: place(of: node, isTail: flow.isTail[index]))
    } catch {
      for output in node.outputs where !output.isEmpty { values[output] = .refused }
      report(index, problems: [error.diagnostic(node)])
    }
  }

  mutating func lower(input name: String) {
    guard flow.readers[name] != nil, let tensor = graph.tensors[name] else { return }
    values[name] = .refused
    do throws(QuantizedProblem) {
      var dimensions = tensor.dimensions ?? []
      // A batch that is left open is one sample at a time.
      if dimensions.first == -1 { dimensions[0] = 1 }
      guard tensor.dimensions != nil, dimensions.count <= 6, ONNXDimensions.elements(dimensions) != nil else {
        let found = tensor.dimensions.map { "\($0)" } ?? "unknown"
        throw QuantizedProblem(.input, "input '\(name)' has dimensions \(found), but fixed positive ones are needed")
      }
      switch tensor.type {
      case .float32, .float16, .float64, .bfloat16:
        values[name] = .input(QuantizedInput(name: name, dimensions: dimensions))
      default:
        guard let type = ElementType(rawValue: tensor.type.rawValue), type.bits <= 16 else {
          throw QuantizedProblem(.input, "input '\(name)' has type \(tensor.type), but floats or codes are needed")
        }
        values[name] = .codes(addInput(name: name, dimensions: dimensions, type: type, scale: nil))
      }
    } catch {
      fileProblems.append(error.diagnostic(nil))
    }
  }

  private mutating func lower(output name: String) {
    do throws(QuantizedProblem) {
      try addOutput(name, try value(name))
    } catch {
      fileProblems.append(error.diagnostic(nil))
    }
  }

  /// A name that no tensor of the network has yet: `name` itself where it is free.
  mutating func unused(_ name: String) -> String {
    var candidate = name
    var number = 1
    while !tensorNames.insert(candidate).inserted {
      number += 1
      candidate = "\(name)_\(number)"
    }
    return candidate
  }
}

// MARK: - Values

extension QuantizedLowering {
  /// What a tensor of the file is; constants are unpacked when they are first asked for.
  mutating func value(_ name: String?) throws(QuantizedProblem) -> QuantizedValue {
    guard let name, !name.isEmpty else { throw QuantizedProblem(.shape, "an input of the operator is missing") }
    if let value = values[name] { return value }
    guard let tensor = graph.tensors[name], let constant = ONNXConstant(tensor) else {
      throw QuantizedProblem(.shape, "tensor '\(name)' has no value")
    }
    values[name] = .constant(constant)
    return .constant(constant)
  }

  /// What a tensor of the file is, where it was asked for already.
  func known(_ name: String) -> QuantizedValue? { values[name] }

  /// A constant input; nil where it is absent.
  mutating func constant(_ node: GraphNode, _ index: Int, _ what: String) throws(QuantizedProblem) -> ONNXConstant? {
    guard let name = node.input(index) else { return nil }
    guard case .constant(let constant) = try value(name) else { throw QuantizedProblem(.notConstant, what, name) }
    return constant
  }

  /// Constant integers; nil where the input is absent.
  mutating func integers(_ node: GraphNode, _ index: Int, _ what: String) throws(QuantizedProblem) -> [Int]? {
    guard let constant = try constant(node, index, what) else { return nil }
    guard let integers = constant.integers else {
      throw QuantizedProblem(.constantType, what, node.input(index) ?? "", constant.type.rawValue, "an integer type")
    }
    return integers
  }

  /// The codes that an operator on codes reads.
  mutating func codes(_ node: GraphNode, _ index: Int) throws(QuantizedProblem) -> QuantizedView {
    let name = node.input(index)
    switch try value(name) {
    case .codes(let view): return view
    case .pending(let pending): throw QuantizedProblem(.notQuantized, pending.node)
    default: throw QuantizedProblem(.float, name ?? "")
    }
  }

  /// The numbers that a float operator reads, with a float function since or not.
  mutating func real(_ node: GraphNode, _ index: Int) throws(QuantizedProblem) -> QuantizedReal {
    let name = node.input(index)
    switch try value(name) {
    case .real(let real): return real
    case .pending(let pending): throw QuantizedProblem(.fusedActivation, node.plainOp, pending.node)
    default: throw QuantizedProblem(.float, name ?? "")
    }
  }

  /// The dequantized codes that a float operator reads.
  mutating func dequantized(_ node: GraphNode, _ index: Int) throws(QuantizedProblem) -> QuantizedReal {
    let real = try real(node, index)
    guard real.tables == nil else {
      throw QuantizedProblem(.fusedActivation, node.plainOp, "a float function of '\(builder[real.view.tensor].name)'")
    }
    return real
  }
}

// MARK: - Reports

extension QuantizedLowering {
  /// Notes what `check` says about a node.
  mutating func report(_ index: Int, problems: [Diagnostic], place: OperatorReport.Place = .network) {
    let node = graph.nodes[index]
    let output = node.outputs.first ?? ""
    reports[index] = OperatorReport(
      node: node.name, op: node.op,
      outputDimensions: values[output]?.dimensions ?? graph.tensors[output]?.dimensions, macs: macs(of: node),
      parameters: parameters(of: node), problems: problems, place: place)
  }

  /// Elements of the weights, biases and other constant operands of an operator; scales, zero points and shapes are none.
  private func parameters(of node: GraphNode) -> Int {
    let operands: [Int] =
      switch node.plainOp {
      case "Conv", "ConvTranspose", "Gemm", "MatMul", "Add", "Sub", "Mul", "Div", "PRelu": [0, 1, 2]
      case "BatchNormalization": [1, 2, 3, 4]
      case "ConvInteger", "MatMulInteger": [0, 1]
      case "QLinearConv": [0, 3, 8]
      case "QGemm": [0, 3, 6]
      case "QLinearMatMul", "QLinearAdd", "QLinearMul": [0, 3]
      default: []
      }
    return operands.compactMap { node.input($0) }.reduce(0) { total, name in
      total + (constant(behind: name).flatMap { ONNXDimensions.elements($0.dimensions ?? []) } ?? 0)
    }
  }

  /// The constant of the file from which a tensor is made, in other numbers or another order, for one operator alone.
  private func constant(behind name: String) -> GraphTensor? {
    let passing: Set = [
      "DequantizeLinear", "QuantizeLinear", "Quant", "IntQuant", "BipolarQuant", "Transpose", "Reshape", "Flatten",
      "Squeeze", "Unsqueeze", "Cast", "Identity",
    ]
    var name = name
    // No constant goes through more of them, and nothing says that a file has no circles.
    for _ in 0..<8 where flow.readers[name] == 1 {
      if let tensor = graph.tensors[name], tensor.data != nil { return tensor }
      guard let producer = producers[name], passing.contains(graph.nodes[producer].plainOp),
        let input = graph.nodes[producer].input(0)
      else { return nil }
      name = input
    }
    return nil
  }

  /// Whether a node computes floats in front of the first codes or, where it is `isTail`, behind the last ones.
  func place(of node: GraphNode, isTail: Bool) -> OperatorReport.Place {
    switch values[node.outputs.first ?? ""] {
    case .input, .tail: .cutOff
    case .real: isTail ? .cutOff : .network
    case .constant, .dequantizedConstant, .codes, .pending, .refused, nil: .network
    }
  }

  /// Multiply-accumulate operations of an operator with weights, or of a product of matrices.
  private func macs(of node: GraphNode) -> Int? {
    guard let output = node.outputs.first, let value = values[output], let results = value.dimensions else {
      return nil
    }
    let perResult: Int?
    switch node.plainOp {
    case "Conv", "ConvInteger": perResult = values[node.input(1) ?? ""]?.dimensions?.dropFirst().reduce(1, *)
    case "QLinearConv": perResult = values[node.input(3) ?? ""]?.dimensions?.dropFirst().reduce(1, *)
    case "Gemm", "MatMul", "MatMulInteger", "QLinearMatMul", "QGemm":
      perResult = values[node.input(0) ?? ""]?.dimensions?.last
    default: perResult = nil
    }
    guard let perResult else { return nil }
    let (macs, overflow) = perResult.multipliedReportingOverflow(by: results.reduce(1, *))
    return overflow ? nil : macs
  }
}
