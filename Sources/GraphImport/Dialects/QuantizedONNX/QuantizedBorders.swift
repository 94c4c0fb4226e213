import NetworkIR

extension QuantizedLowering {
  /// Begins the network at codes of the given dimensions.
  mutating func addInput(
    name: String, dimensions: [Int], type: ElementType, scale: QuantizedScale?, floatsAreCodes: Bool = true
  ) -> QuantizedView {
    let layout = CodeLayout(standard: dimensions)
    let tensor = Tensor(
      name: unused(name), shape: Shape(standard: dimensions), type: type, values: type.range, origin: layout.origin)
    let id = builder.add(tensor)
    builder.inputs.append(
      Boundary(
        tensor: id, scale: scale?.scale, zeroPoint: scale?.zeroPoint ?? 0, floatsAreCodes: floatsAreCodes))
    return QuantizedView(tensor: id, layout: layout, scale: scale)
  }

  /// QuantizeLinear of the user's floats.
  mutating func begin(
    _ input: QuantizedInput, at tensor: String, with scale: QuantizedScale, name: String
  ) -> QuantizedView {
    let operators = headOperators(before: tensor)
    if !operators.isEmpty {
      let text = operators.joined(separator: ", ")
      notes.append(QuantizedNote.cutHead.reason.diagnostic([name, input.name, text]))
    }
    return addInput(
      name: name, dimensions: input.dimensions, type: scale.type, scale: scale, floatsAreCodes: !input.isReordered)
  }

  /// Ends the network at what an output of the graph is.
  mutating func addOutput(_ name: String, _ value: QuantizedValue) throws(QuantizedProblem) {
    switch value {
    case .codes(let view): try end(view, scale: view.scale, output: name, tail: [])
    case .real(let real):
      let tail = real.tables == nil ? ["DequantizeLinear"] : ["DequantizeLinear", "a float function"]
      try end(real.view, scale: real.scale, output: name, tail: tail)
    case .pending(let pending): try end(pending, output: name, tail: [], affineTail: affineTail(of: pending))
    case .tail:
      let tail = ends(of: name)
      for tensor in tail.tensors {
        switch try self.value(tensor) {
        case .codes(let view): try end(view, scale: view.scale, output: name, tail: tail.operators)
        case .real(let real):
          try end(real.view, scale: real.scale, output: name, tail: ["DequantizeLinear"] + tail.operators)
        case .pending(let pending): try end(pending, output: name, tail: tail.operators, affineTail: nil)
        default: throw QuantizedProblem(.output, name)
        }
      }
    case .refused: return
    case .constant, .dequantizedConstant, .input: throw QuantizedProblem(.output, name)
    }
  }

  /// Ends the network at codes; `tail` is what the file computes of them.
  mutating func end(
    _ view: QuantizedView, scale: QuantizedScale?, output: String, tail: [String]
  ) throws(QuantizedProblem) {
    let isPlain = tail.isEmpty || tail == ["DequantizeLinear"]
    let view = try ending(view, output: output, isPlain: isPlain)
    guard !builder.inputs.contains(where: { $0.tensor == view.tensor }) else {
      throw QuantizedProblem(.outputIsInput, output, builder[view.tensor].name)
    }
    add(
      Boundary(
        tensor: view.tensor, scale: scale?.scale, zeroPoint: scale?.zeroPoint ?? 0, floatsAreCodes: isPlain),
      output: output, tail: tail)
  }

  /// The view as a tensor that is an output: one of its own, with the dimensions and the order of the file's output.
  ///
  /// Codes that already lie so, or that the file only looks at in another order, are not copied.
  private mutating func ending(
    _ view: QuantizedView, output: String, isPlain: Bool
  ) throws(QuantizedProblem) -> QuantizedView {
    let isTaken = builder.outputs.contains { $0.tensor == view.tensor }
    guard isPlain || isTaken else { return view }
    let origin = builder[view.tensor].origin
    if !isTaken, view.layout.origin == origin { return view }
    let isInput = builder.inputs.contains { $0.tensor == view.tensor }
    guard !isTaken, !isInput, view.layout.strides != nil else {
      return try copy(view, as: CodeLayout(standard: view.dimensions), node: output)
    }
    let isReordered = view.layout.nest != CodeLayout(dimensions: origin.dimensions, strides: origin.strides).nest
    builder.look(at: view.tensor, as: view.layout.origin, name: isReordered ? unused(output) : nil)
    return view
  }

  /// The scales of accumulators as data for the border; nil where a rounded bias makes the file's numbers others.
  private func affineTail(of pending: QuantizedPending) -> AffineTail? {
    guard let scales = pending.accumulatorScales, scales.allSatisfy(\.isFinite),
      !notes.contains(where: { $0.code == QuantizedNote.roundedBias.code })
    else { return nil }
    let zeros = scales.map { _ in 0.0 }
    return AffineTail(scales: scales.map { Double($0) }, offsets: zeros, offsetMagnitudes: zeros, operators: 1)
  }

  /// Ends the network at accumulators, or refuses what has none.
  mutating func end(
    _ pending: QuantizedPending, output: String, tail: [String], affineTail: AffineTail?
  ) throws(QuantizedProblem) {
    guard let scales = pending.accumulatorScales, pending.isUnbounded else {
      throw QuantizedProblem(.notQuantized, pending.node)
    }
    let view = try accumulators(of: pending)
    let scale = scales.allSatisfy({ $0 == scales[0] }) ? scales[0] : nil
    let steps = (scale == nil ? ["Mul by the scales of the channels"] : []) + tail
    add(
      Boundary(
        tensor: view.tensor, scale: scale, zeroPoint: 0, floatsAreCodes: steps.isEmpty, affineTail: affineTail),
      output: output, tail: steps)
  }

  private mutating func add(_ boundary: Boundary, output: String, tail: [String]) {
    var boundary = boundary
    boundary.cutTail = tail.isEmpty ? nil : (tail + [output]).joined(separator: " -> ")
    builder.outputs.append(boundary)
    guard let text = boundary.cutTail else { return }
    notes.append(QuantizedNote.cutTail.reason.diagnostic([builder[boundary.tensor].name, text]))
  }
}

extension CodeLayout {
  /// How a new activation of these dimensions lies: HWC where they can mean N, C, H, W or N, C, L, else in order.
  init(standard dimensions: [Int]) {
    if (3...4).contains(dimensions.count), dimensions[0] == 1 {
      self.init(channelsFirst: dimensions)
    } else {
      self.init(rowMajor: dimensions)
    }
  }
}

extension Shape {
  /// The shape of a new activation of these dimensions, as `CodeLayout(standard:)` lays it out.
  init(standard dimensions: [Int]) {
    if (3...4).contains(dimensions.count), dimensions[0] == 1 {
      self.init(height: dimensions[2], width: dimensions.count > 3 ? dimensions[3] : 1, channels: dimensions[1])
    } else {
      let channels = dimensions.last ?? 1
      self.init(height: dimensions.dropLast().reduce(1, *), width: 1, channels: channels)
    }
  }
}
