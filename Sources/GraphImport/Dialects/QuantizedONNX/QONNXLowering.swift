import NetworkIR

/// Lowers one QONNX graph: quantizers stand where QDQ has QuantizeLinear and DequantizeLinear, and everything between
/// them is computed exactly instead of in float32.
///
/// What moves codes, multiplies them or begins and ends the network is the engine's, which QDQ has too; what this adds
/// are the quantizers, and functions of accumulators that are evaluated without a rounding.
struct QONNXLowering {
  var engine: QuantizedLowering
  /// Layers that wait for a quantizer, by the tensor of the file that holds their numbers.
  var pendings: [String: QONNXPending] = [:]
  /// Inputs behind a Relu, which the first quantizer has to make superfluous.
  private var rectified: Set<String> = []
  /// Of each node, whether neither a quantizer nor an operator with weights follows it.
  private var isTail: [Bool]

  private static let layers: Set<String> = ["Conv", "ConvTranspose", "Gemm", "MatMul"]

  private static func readsCodes(_ node: GraphNode) -> Bool {
    layers.contains(node.plainOp) || QONNXOperator(node)?.isQuantizer ?? false
  }

  init(_ graph: Graph) {
    engine = QuantizedLowering(graph)
    isTail = [Bool](repeating: true, count: graph.nodes.count)
    var consumers: [String: [Int]] = [:]
    for index in engine.flow.needed.reversed() {
      let node = graph.nodes[index]
      isTail[index] = node.outputs.flatMap { consumers[$0] ?? [] }
        .allSatisfy { isTail[$0] && !Self.readsCodes(graph.nodes[$0]) }
      for input in Set(node.inputs).sorted() where !input.isEmpty { consumers[input, default: []].append(index) }
    }
  }

  /// Lowers the whole graph.
  mutating func lower(name: String) -> LoweringResult {
    let graph = engine.graph
    for input in graph.inputs { engine.lower(input: input) }
    for index in engine.flow.needed { lower(node: index) }
    for index in engine.flow.unneeded {
      let node = graph.nodes[index]
      engine.report(index, problems: [], place: .leftOut)
      engine.notes.append(QuantizedNote.unneeded.reason.diagnostic([], node: node.name, op: node.op))
    }
    for output in graph.outputs { lower(output: output) }
    let operators = engine.reports.sorted { $0.key < $1.key }.map(\.value)
    let problems = engine.fileProblems + operators.flatMap(\.problems)
    let network = problems.isEmpty ? engine.builder.network(named: name) : nil
    return LoweringResult(network: network, operators: operators, problems: problems, notes: engine.notes)
  }

  private mutating func lower(node index: Int) {
    let node = engine.graph.nodes[index]
    for output in node.outputs where !output.isEmpty { engine.values[output] = .refused }
    do throws(QuantizedProblem) {
      let isRefused = node.inputs.contains { if case .refused = engine.values[$0] { true } else { false } }
      if !isRefused {
        let values = try evaluate(node, isTail: isTail[index])
        for (output, value) in zip(node.outputs, values) where !output.isEmpty { engine.values[output] = value }
        if let unmade = node.outputs.dropFirst(values.count).first(where: { engine.flow.readers[$0] != nil }) {
          throw QuantizedProblem(.unusedOutput, node.outputs.firstIndex(of: unmade) ?? 0)
        }
      }
      engine.report(index, problems: [], place: place(of: node, isTail: isTail[index]))
    } catch {
      for output in node.outputs where !output.isEmpty { engine.values[output] = .refused }
      engine.report(index, problems: [error.diagnostic(node)])
    }
  }

  /// As the engine's, but that a quantizer's codes are numbers here, and what follows the last accumulators is cut off.
  private func place(of node: GraphNode, isTail: Bool) -> OperatorReport.Place {
    if case .pending? = engine.known(node.outputs.first ?? ""), isTail, !Self.layers.contains(node.plainOp) {
      return .cutOff
    }
    return engine.place(of: node, isTail: isTail && QONNXOperator(node)?.isQuantizer != true)
  }

  /// What the outputs of a node are.
  private mutating func evaluate(_ node: GraphNode, isTail: Bool) throws(QuantizedProblem) -> [QuantizedValue] {
    let known = QONNXOperator(node)
    if known?.isQuantizer ?? false { return [try quantize(node)] }
    let first = try node.input(0).map { name throws(QuantizedProblem) in try engine.value(name) }
    if known == .relu, case .input(let input)? = first {
      rectified.insert(node.outputs.first ?? "")
      return [.input(input)]
    }
    if Self.layers.contains(node.plainOp), case .real? = first { return [try layer(node)] }
    if isTail {
      if let value = linearTail(node) { return [value] }
      return try engine.evaluate(node, isTail: true)
    }
    if known == .normalisation, case .real(let real)? = first {
      let identity = try accumulators(of: real, node)
      pendings[node.inputs[0] + Self.unchanged] = identity
      return [try follow(node, node.inputs[0] + Self.unchanged)]
    }
    for name in node.inputs {
      if case .pending(let base)? = engine.known(name) {
        if pendings[name] == nil {
          var pending = try pending(of: base)
          pending.base.name = name
          pendings[name] = pending
        }
        return [try follow(node, name)]
      }
    }
    return try engine.evaluate(node, isTail: false)
  }

  /// An operator behind the last accumulators that leaves a linear function linear, which the border describes, or moves
  /// its numbers; nil for others, of which the name alone is kept.
  private mutating func linearTail(_ node: GraphNode) -> QuantizedValue? {
    switch QONNXOperator(node) {
    case .add, .subtract, .multiply, .divide, .negative, .normalisation, .identity, .dropout, .reshape, .flatten,
      .squeeze, .unsqueeze, .transpose:
      guard let name = node.inputs.first(where: { pendings[$0] != nil }) else { return nil }
      return try? follow(node, name)
    case .quant, .intQuant, .bipolarQuant, .trunc, .multiThreshold, .relu, .clip, .leakyRelu, .parametricRelu,
      .maximumPooling, nil:
      return nil
    }
  }

  /// Behind the name of a tensor: its codes as accumulators.
  private static let unchanged = " as accumulators"

  /// Codes as the accumulators of a convolution that changes nothing, which can have a function for each channel.
  private mutating func accumulators(
    of real: QuantizedReal, _ node: GraphNode
  ) throws(QuantizedProblem) -> QONNXPending {
    guard real.tables == nil, let unit = ExactNumber(real.scale.scale) else {
      throw QuantizedProblem(.fusedActivation, node.plainOp, "a float function")
    }
    let operand = try engine.map(real.view, node: node.name)
    let channels = operand.shape.channels
    let convolution = Convolution(
      kernel: .one, stride: .one, dilation: .one, padding: .zero, groups: channels, inputChannels: channels,
      outputChannels: channels, weights: Array(repeating: 1, count: channels),
      bias: Array(repeating: 0, count: channels), inputZeroPoint: real.scale.zeroPoint,
      paddingValue: real.scale.zeroPoint, requantization: nil)
    let base = QuantizedPending(
      kind: .convolution(convolution, operand, scales: [real.scale.scale], kind: "dwconv"), shape: operand.shape,
      layout: CodeLayout(channelsFirst: real.view.dimensions), node: node.name, name: node.outputs.first ?? "")
    return QONNXPending(base: base, functions: [QONNXFunction(unit: unit)])
  }

  // MARK: - Quantizers

  private mutating func quantize(_ node: GraphNode) throws(QuantizedProblem) -> QuantizedValue {
    let name = node.outputs.first ?? ""
    let source = node.input(0) ?? ""
    switch try engine.value(source) {
    case .constant(let constant):
      return try quantizedConstant(
        node, constant.floats ?? (constant.integers ?? []).map { Float($0) }, constant.dimensions)
    case .dequantizedConstant(let constant): return try quantizedConstant(node, constant.numbers, constant.dimensions)
    case .input(let input):
      let quantizer = try quantizer(node, dimensions: input.dimensions)
      return .real(try begin(input, with: quantizer, source, name: name))
    case .real(let real):
      let quantizer = try quantizer(node, dimensions: real.view.dimensions)
      return .real(try requantize(real, quantizer, name: name, node: node.name))
    case .pending(let base):
      let quantizer = try quantizer(node, dimensions: base.layout.dimensions)
      var waiting: QONNXPending
      if let known = pendings[source] { waiting = known } else { waiting = try pending(of: base) }
      waiting.base = base
      return .real(try store(waiting, quantizer, name: name))
    case .codes, .tail, .refused: throw QuantizedProblem(.float, source)
    }
  }

  /// Constant numbers as codes, computed in float32 as the tools do that made the file.
  private mutating func quantizedConstant(
    _ node: GraphNode, _ numbers: [Float], _ dimensions: [Int]
  ) throws(QuantizedProblem) -> QuantizedValue {
    let found = try parameters(node, dimensions: dimensions)
    let quantizers = found.scales.indices.map { found.quantizer(channel: $0) }
    let inner = found.scales.count > 1 ? dimensions[(found.axis + 1)...].reduce(1, *) : 1
    var codes: [Int] = []
    codes.reserveCapacity(numbers.count)
    for (element, number) in numbers.enumerated() {
      guard let code = quantizers[element / inner % quantizers.count].code(of: number) else {
        throw QuantizedProblem(.notFinite, element, number)
      }
      codes.append(code)
    }
    return .dequantizedConstant(
      QuantizedConstant(
        dimensions: dimensions, type: found.type, codes: codes, scales: found.scales, zeroPoints: found.zeroPoints,
        axis: found.axis))
  }

  /// The first quantizer: the network begins at its codes.
  private mutating func begin(
    _ input: QuantizedInput, with quantizer: QONNXQuantizer, _ source: String, name: String
  ) throws(QuantizedProblem) -> QuantizedReal {
    // A Relu before it changes nothing where zero has the least code anyway.
    if rectified.contains(source) {
      guard quantizer.code(of: 0) == quantizer.codes.lowerBound else { throw QuantizedProblem(.float, input.name) }
    }
    let view = engine.begin(input, at: source, with: quantizer.output, name: name)
    return QuantizedReal(view: view, scale: quantizer.output)
  }

  // MARK: - Outputs

  private mutating func lower(output name: String) {
    do throws(QuantizedProblem) {
      switch try engine.value(name) {
      case .real(let real) where real.tables == nil: try engine.addOutput(name, .codes(real.view))
      case .pending(let base): try end(base, name, output: name, tail: [])
      case .tail:
        let tail = engine.ends(of: name)
        for tensor in tail.tensors {
          switch try engine.value(tensor) {
          case .pending(let base): try end(base, tensor, output: name, tail: tail.operators)
          case .real(let real): try engine.end(real.view, scale: real.scale, output: name, tail: tail.operators)
          case let other: try engine.addOutput(name, other)
          }
        }
      case let other: try engine.addOutput(name, other)
      }
    } catch {
      engine.fileProblems.append(error.diagnostic(nil))
    }
  }

  /// Ends the network at accumulators; what the file computes of them joins the tail.
  private mutating func end(
    _ base: QuantizedPending, _ tensor: String, output: String, tail: [String]
  ) throws(QuantizedProblem) {
    let pending = pendings[tensor]
    let affineTail = tail.isEmpty ? pending?.affineTail : nil
    try engine.end(base, output: output, tail: (pending?.operators ?? []) + tail, affineTail: affineTail)
  }
}
