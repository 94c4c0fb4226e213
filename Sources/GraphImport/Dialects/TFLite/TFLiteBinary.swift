import NetworkIR

extension TFLiteSupport {
  /// Functions of two operands, element by element, with broadcasting.
  static let binary = [
    pair("ADD", "addition", [.fusedActivation, .multiplier]) { $0.addition(isDifference: false) },
    pair("SUB", "addition of the negated operand", [.fusedActivation, .multiplier]) { $0.addition(isDifference: true) },
    pair("MUL", "multiplication", [.fusedActivation], isModelledForXNNPACK: true) { $0.product() },
    pair("MAXIMUM", "element-wise maximum", [.sameQuantization], isModelledForXNNPACK: true) {
      $0.extremum(.maximum)
    },
    pair("MINIMUM", "element-wise minimum", [.sameQuantization], isModelledForXNNPACK: true) {
      $0.extremum(.minimum)
    },
    pair("SQUARED_DIFFERENCE", "table, where one operand is a constant", [.noConstantOperand]) {
      $0.squaredDifference()
    },
    pair("PRELU", "table, or one for each channel", []) { $0.parametricRelu() },
  ]

  private static func pair(
    _ name: String, _ layer: String, _ limits: [TFLiteLimit], isModelledForXNNPACK: Bool = false,
    lower: @escaping @Sendable (inout TFLiteOperator) -> Void
  ) -> TFLiteSupport {
    TFLiteSupport(
      name, "\(layer); tables where an operand is constant",
      limits: limits + [.sameShapes, .tableInput, .leftShift, .exactRequantization],
      isModelledForXNNPACK: isModelledForXNNPACK, lower: lower)
  }
}

/// The operands of a function of two activations, or of an activation and a constant.
enum TFLitePair {
  case activations(TFLiteActivation, TFLiteActivation, TFLiteActivation)
  /// The activation in the output's dimensions, the constant's codes in those of `table`.
  case constant(TFLiteActivation, codes: [Int], of: TFLiteActivation, isFirst: Bool, to: TFLiteActivation)
}

extension TFLiteOperator {
  /// The two operands brought to the output's dimensions; one of them may be a constant.
  mutating func pair() -> TFLitePair? {
    guard let output = output(), let names = operandNames() else { return nil }
    let constants = names.map { graph.tensors[$0]?.data != nil }
    let operands = names.compactMap { activation($0) }
    guard operands.count == 2 else { return nil }
    for operand in operands where !Self.broadcasts(operand.dimensions, to: output.dimensions) {
      let found = operands.map { "\($0.dimensions)" }.joined(separator: " and ")
      refuse(.sameShapes, "the operands have dimensions \(found), the output \(output.dimensions)")
      return nil
    }
    guard operands[0].type == operands[1].type || node?.op == "PRELU" else {
      let found = operands.map(\.type.rawValue).joined(separator: " and ")
      refuse(.consistentShapes, "the operands are \(found)")
      return nil
    }
    switch (constants[0], constants[1]) {
    case (false, false):
      guard let first = broadcast(operands[0], to: output, "first"),
        let second = broadcast(operands[1], to: output, "second")
      else { return nil }
      return .activations(first, second, output)
    case (true, true):
      refuse(.noConstantOperand, "both operands are constants")
      return nil
    case (let isFirst, _):
      let constant = operands[isFirst ? 0 : 1]
      let moving = operands[isFirst ? 1 : 0]
      guard hasTable(moving), hasTable(output), let wide = broadcast(moving, to: output, "wide") else { return nil }
      guard let codes = constantCodes(constant.name, type: constant.type), codes.count == constant.elements else {
        refuse(.constantWeights, "constant '\(constant.name)' has other than \(constant.elements) codes")
        return nil
      }
      return .constant(wide, codes: codes, of: constant, isFirst: isFirst, to: output)
    }
  }

  private mutating func operandNames() -> [String]? {
    guard let first = inputName(0), let second = inputName(1) else {
      refuse(.operands, "the operator has \(node?.inputs.count ?? 0) inputs, but 2 are needed")
      return nil
    }
    return [first, second]
  }

  private static func broadcasts(_ dimensions: [Int], to output: [Int]) -> Bool {
    dimensions.count <= output.count
      && zip(dimensions.reversed(), output.reversed()).allSatisfy { $0 == $1 || $0 == 1 }
  }

  /// The activation repeated to the dimensions of the output, by a movement where any are repeated.
  private mutating func broadcast(
    _ activation: TFLiteActivation, to output: TFLiteActivation, _ purpose: String
  ) -> TFLiteActivation? {
    guard activation.elements != output.elements else {
      var result = activation
      result.dimensions = output.dimensions
      return result
    }
    let wide = intermediate("\(activation.name) \(purpose)", of: output, like: activation)
    move(.broadcast(activation.box, to: wide.box), from: [activation], to: wide)
    return problems.isEmpty ? wide : nil
  }

  /// An activation in the dimensions of the output, with the quantization of another one.
  private func intermediate(
    _ purpose: String, of output: TFLiteActivation, like activation: TFLiteActivation
  ) -> TFLiteActivation {
    var result = intermediate(purpose, like: output, dimensions: output.dimensions)
    (result.type, result.scale, result.zeroPoint) = (activation.type, activation.scale, activation.zeroPoint)
    return result
  }

  /// Emits tables of a function whose other operand is constant: as many as that one has different elements in a row.
  ///
  /// The function gives the code for a code of the activation and one of the constant.
  mutating func tables(
    _ activation: TFLiteActivation, constant: TFLiteActivation, codes: [Int], to output: TFLiteActivation,
    function: (Int, Int) -> Int
  ) {
    var varying = constant.dimensions[...]
    while varying.first == 1 { varying = varying.dropFirst() }
    // Elements of the output over which the constant runs once; it repeats from there on.
    let period = output.dimensions.suffix(varying.count).reduce(1, *)
    guard period <= Self.mostTables else {
      refuse(.tableInput, "the constant takes \(period) tables, but at most \(Self.mostTables) are supported")
      return
    }
    let distinct = output.dimensions.suffix(varying.count)
    var places = [0]
    var stride = 1
    for (size, wanted) in zip(varying.reversed(), distinct.reversed()) {
      places = (0..<wanted).flatMap { index in places.map { $0 + (size == 1 ? 0 : index * stride) } }
      stride *= size
    }
    let tables = places.map { place in activation.type.range.map { function($0, codes[place]) } }
    let shape = Shape(height: 1, width: output.elements / period, channels: period)
    let usual = output.shape
    let view = period == 1 || period == usual.channels ? usual : shape
    emit(lookup(activation, view, tables, to: output, outputShape: view))
  }

  /// Tables of one layer: 1024 of 256 bytes are 256 kB.
  static let mostTables = 1_024
}
