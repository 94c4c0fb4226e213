import NetworkIR

/// A `Clip` of codes between QuantizeLinear and DequantizeLinear, as QDQ files have it for codes of fewer bits than their
/// type.
extension QuantizedLowering {
  /// The codes that the one reader of a tensor of codes leaves, and the name of what it makes; nil where that is no Clip
  /// that could be lowered.
  mutating func limits(of name: String) -> (codes: ClosedRange<Int>, name: String)? {
    guard let index = flow.onlyReaders[name] else { return nil }
    let node = graph.nodes[index]
    guard node.plainOp == "Clip", node.input(0) == name, let output = node.outputs.first,
      let codes = try? limits(node)
    else { return nil }
    return (codes, output)
  }

  /// The bounds of a Clip of codes; those of int32 where one is absent.
  private mutating func limits(_ node: GraphNode) throws(QuantizedProblem) -> ClosedRange<Int> {
    var bounds = [Int(Int32.min), Int(Int32.max)]
    for (index, name) in ["min", "max"].enumerated() {
      guard let given = try integers(node, index + 1, name) else { continue }
      guard given.count == 1 else { throw QuantizedProblem(.attribute, name, "\(given)", "one code") }
      bounds[index] = given[0]
    }
    guard bounds[0] <= bounds[1] else {
      throw QuantizedProblem(.attribute, "min", bounds[0], "at most max, \(bounds[1]),")
    }
    return bounds[0]...bounds[1]
  }

  /// A Clip of codes: the codes themselves where none lies outside, else a table.
  mutating func limited(_ view: QuantizedView, _ node: GraphNode) throws(QuantizedProblem) -> QuantizedView {
    let codes = try limits(node)
    let tensor = builder[view.tensor]
    if codes.lowerBound <= tensor.values.lowerBound, tensor.values.upperBound <= codes.upperBound { return view }
    // As numbers that are their own codes.
    let unit = QuantizedScale(scale: 1, zeroPoint: 0, type: tensor.type)
    let real = try narrow(QuantizedReal(view: view, scale: unit)).limited(to: codes, of: unit)
    var result = try quantize(real, to: unit, name: node.outputs.first ?? "", node: node.name)
    result.scale = view.scale
    return result
  }
}

extension QuantizedPending {
  /// What QuantizeLinear to `scale` makes codes of, all of them between `codes`: it does not change the order of numbers,
  /// and takes the number of each code of up to 16 bits back to that code.
  func limited(to codes: ClosedRange<Int>, of scale: QuantizedScale) -> QuantizedPending {
    let bounds = (lower: scale.real(of: codes.lowerBound), upper: scale.real(of: codes.upperBound))
    var result = self
    result.lower = min(max(lower, bounds.lower), bounds.upper)
    result.upper = min(max(upper, bounds.lower), bounds.upper)
    return result
  }
}

extension QuantizedReal {
  /// As for `QuantizedPending`.
  func limited(to codes: ClosedRange<Int>, of scale: QuantizedScale) -> QuantizedReal {
    let bounds = (lower: scale.real(of: codes.lowerBound), upper: scale.real(of: codes.upperBound))
    return mapped { $0.map { min(max($0, bounds.lower), bounds.upper) } }
  }
}
