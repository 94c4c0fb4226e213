import NetworkIR

extension Findings {
  /// The record is there where there is something to requantize, agrees with itself, and its codes fit the output.
  mutating func checkRequantization(of layer: PlannedLayer) {
    let place = Place.layer(layer)
    guard let op = layer.plannedOperator else { return }
    let isExpected = op.isRequantized ?? (layer.requantization != nil || layer.output.type != .int32)
    require(
      (layer.requantization != nil) == isExpected, .geometry, at: place,
      "\(op) with a requantization too few or too many")
    guard let record = layer.requantization else { return }
    require(record.exact, .geometry, at: place, "the requantization is not proven exact")
    expect(
      record.channels, equals: layer.output.shape.channels, .geometry, at: place,
      "channels that the requantization is proven for")
    let codes = layer.output.type.range
    expect(record.low, atLeast: codes.lowerBound, .geometry, at: place, "least code")
    expect(record.high, atMost: codes.upperBound, .geometry, at: place, "greatest code")
    expect(record.high, atLeast: record.low, .geometry, at: place, "greatest code below the least")
    expect(
      record.accumulatorHigh, atLeast: record.accumulatorLow, .geometry, at: place,
      "greatest accumulator below the least")
    let hasEntries = record.form == .rq64x || record.form == .thr
    if !hasEntries { expect(record.entriesPerChannel, equals: 0, .geometry, at: place, "entries of \(record.form)") }
    checkForms(of: record, at: place)
  }

  /// Every channel is counted once, under forms that stand in their order. A layer of a plain form has no channel that
  /// needs more; which of the other forms is cheapest depends on the number of entries.
  private mutating func checkForms(of record: PlannedRequantization, at place: Place) {
    let counted = record.cheapestForms.reduce(into: Saturated(0)) { $0 += Saturated($1.channels) }
    expect(counted.value, equals: record.channels, .geometry, at: place, "channels counted by their cheapest form")
    for (count, next) in zip(record.cheapestForms, record.cheapestForms.dropFirst()) {
      require(count.form < next.form, .geometry, at: place, "\(next.form) is not counted before \(count.form)")
    }
    let plain: [RequantizationForm] = [.rq32, .rq32c, .rqh, .rq64, .rq64s]
    guard plain.contains(record.form) else { return }
    for form in record.cheapestForms.map(\.form) {
      require(
        form <= record.form, .geometry, at: place, "channels that need \(form) are computed by \(record.form)")
    }
  }
}
