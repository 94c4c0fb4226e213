import NetworkIR

extension TFLiteSupport {
  /// Operators that reduce whole dimensions; MEAN stands with the pools.
  static let reductions = [
    TFLiteSupport(
      "SUM", "sum pooling", limits: [.reducedDimensions, .constantParameters, .accumulator, .leftShift], dataInputs: 1,
      lower: { $0.sumOfDimensions() }),
    TFLiteSupport(
      "REDUCE_MAX", "maximum pooling", limits: [.reducedDimensions, .constantParameters, .sameQuantization],
      dataInputs: 1, isModelledForXNNPACK: true, lower: { $0.extremeOfDimensions(isMinimum: false) }),
    TFLiteSupport(
      "REDUCE_MIN", "maximum pooling between two tables that turn the codes around",
      limits: [.reducedDimensions, .constantParameters, .sameQuantization, .tableInput], dataInputs: 1,
      isModelledForXNNPACK: true, lower: { $0.extremeOfDimensions(isMinimum: true) }),
    TFLiteSupport(
      "ARG_MAX", "index of the greatest code among the channels", limits: [.lastDimension, .constantParameters],
      dataInputs: 1, isModelledForXNNPACK: true, lower: { $0.argument(isMinimum: false) }),
    TFLiteSupport(
      "ARG_MIN", "index of the least code among the channels", limits: [.lastDimension, .constantParameters],
      dataInputs: 1, isModelledForXNNPACK: true, lower: { $0.argument(isMinimum: true) }),
  ]
}

/// Neighbouring dimensions that are reduced, as a window over a map.
private struct ReducedDimensions {
  var input: TFLiteActivation
  var output: TFLiteActivation
  /// The input: what stands before the reduced dimensions, these together, what stands behind them.
  var map: Shape
  var kernel: Extent
  var result: Shape
}

extension TFLiteOperator {
  /// SUM. Source: QuantizedMeanOrSum of tensorflow/lite/kernels/internal/reference/reduce.h.
  fileprivate mutating func sumOfDimensions() {
    guard let reduced = reducedDimensions() else { return }
    let (input, output) = (reduced.input, reduced.output)
    let positions = reduced.kernel.area
    let codes = values(0, of: input).less(input.zeroPoint)
    guard positions * max(abs(input.type.range.lowerBound), input.type.range.upperBound) <= Int(Int32.max) else {
      refuse(.accumulator, "the sum of \(positions) codes can leave the 32 bits of the accumulator")
      return
    }
    let sums = codes.lowerBound * positions...codes.upperBound * positions
    let factor = TFLiteMultiplier(Double(input.scale) / Double(output.scale))
    let requantization = requantization(
      [factor], accumulators: [sums], zeroPoint: output.zeroPoint, clamp: output.type.range)
    guard let requantization else { return }
    emit(pool(.sum(requantization, inputZeroPoint: input.zeroPoint), reduced, requantization.codes(for: [sums])))
  }

  /// REDUCE_MAX, and REDUCE_MIN as the maximum of the codes turned around.
  fileprivate mutating func extremeOfDimensions(isMinimum: Bool) {
    guard var reduced = reducedDimensions(), sameQuantization(reduced.input, reduced.output) else { return }
    let range = reduced.input.type.range
    guard isMinimum else {
      emit(pool(.maximum(clamp: range), reduced, values(0, of: reduced.input)))
      return
    }
    guard hasTable(reduced.input) else { return }
    let (input, output) = (reduced.input, reduced.output)
    let turned = Array(range.reversed())
    let mirror = intermediate("turned around", like: output, dimensions: input.dimensions)
    emit(lookup(input, input.shape, [turned], to: mirror))
    reduced.input = mirror
    reduced.output = intermediate("maximum", like: output, dimensions: output.dimensions)
    emit(pool(.maximum(clamp: range), reduced, codes(of: mirror)))
    emit(lookup(reduced.output, output.shape, [turned], to: output))
  }

  private func pool(
    _ kind: Pooling.Kind, _ reduced: ReducedDimensions, _ values: ClosedRange<Int>
  ) -> TFLiteLayer {
    let pooling = Pooling(kind: kind, kernel: reduced.kernel, stride: reduced.kernel, padding: .zero)
    return TFLiteLayer(
      operation: .pooling(pooling), kind: "pool", inputs: [(reduced.input.name, reduced.map)],
      output: reduced.output, outputShape: reduced.result, values: values)
  }

  /// Input 1 names neighbouring dimensions; those of one may be named or not.
  private mutating func reducedDimensions() -> ReducedDimensions? {
    let axes = integers(1, "axes")
    guard let input = input(), let output = output(), let axes else { return nil }
    let rank = input.dimensions.count
    let named = Set(axes.values.compactMap { dimension($0, of: rank) })
    guard problems.isEmpty, input.type == output.type else {
      if problems.isEmpty { refuse(.consistentShapes, "the input is \(input.type), the output \(output.type)") }
      return nil
    }
    let reduced = input.dimensions.indices.filter { named.contains($0) && input.dimensions[$0] > 1 }
    let kept = input.dimensions.indices.filter { !named.contains($0) && input.dimensions[$0] > 1 }
    let first = reduced.first ?? 0
    let last = reduced.last ?? -1
    guard !kept.contains(where: { first < $0 && $0 < last }) else {
      refuse(.reducedDimensions, "dimensions \(named.sorted()) of \(input.dimensions) are reduced")
      return nil
    }
    let before = input.dimensions[..<first].reduce(1, *)
    let length = reduced.reduce(1) { $0 * input.dimensions[$1] }
    let behind = reduced.isEmpty ? input.elements / before : input.dimensions[(last + 1)...].reduce(1, *)
    guard output.elements == before * behind else {
      refuse(.consistentShapes, "\(input.dimensions) reduced to \(output.dimensions)")
      return nil
    }
    // One window in all stands upright over a map of one column, so that it can run in stripes.
    let isUpright = before == 1
    return ReducedDimensions(
      input: input, output: output,
      map: Shape(height: isUpright ? length : before, width: isUpright ? 1 : length, channels: behind),
      kernel: isUpright ? Extent(height: length, width: 1) : Extent(height: 1, width: length),
      result: Shape(height: before, width: 1, channels: behind))
  }

  /// ARG_MAX and ARG_MIN along the last dimension; of equal codes the first one counts. Source: ArgMinMax of
  /// tensorflow/lite/kernels/internal/reference/arg_min_max.h.
  fileprivate mutating func argument(isMinimum: Bool) {
    let axis = integers(1, "axis")
    guard let input = input(), let output = indices(), let axis,
      let axis = dimension(axis.values.first, of: input.dimensions.count)
    else { return }
    guard input.dimensions[(axis + 1)...].allSatisfy({ $0 == 1 }) else {
      refuse(.lastDimension, "dimension \(axis) of \(input.dimensions) is searched")
      return
    }
    let channels = input.dimensions[axis]
    guard output.elements * channels == input.elements else {
      refuse(.consistentShapes, "the input has dimensions \(input.dimensions), the output \(output.dimensions)")
      return
    }
    let height = input.elements / channels
    emit(
      TFLiteLayer(
        operation: .argumentMaximum(ArgumentMaximum(isMinimum: isMinimum)), kind: "argmax",
        inputs: [(input.name, Shape(height: height, width: 1, channels: channels))], output: output,
        outputShape: Shape(height: height, width: 1, channels: 1), values: 0...channels - 1))
  }

  /// The output of an operator that finds indices: int32 without quantization.
  private mutating func indices() -> TFLiteActivation? {
    guard node?.outputs.count == 1, let name = node?.outputs.first, let tensor = graph.tensors[name] else {
      refuse(.operands, "the operator has \(node?.outputs.count ?? 0) outputs, but 1 is needed")
      return nil
    }
    guard tensor.type == .int32 else {
      refuse(.elementType, "tensor '\(name)' is \(tensor.type.rawValue), but indices in int32 are needed")
      return nil
    }
    return boundary(name)
  }

  /// An activation that leaves the network: quantized, or indices in int32.
  mutating func boundary(_ name: String) -> TFLiteActivation? {
    guard let tensor = graph.tensors[name], tensor.type == .int32 else { return activation(name) }
    return fixedDimensions(tensor).map { dimensions in
      TFLiteActivation(
        name: name, index: tensor.index, dimensions: dimensions, type: .int32, scale: 1, zeroPoint: 0)
    }
  }
}
