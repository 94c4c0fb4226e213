import NetworkIR

/// A rule that all channels share, as an initialiser of `dory_requantization_t` outside functions: lists of entries are
/// compound literals, which last as long as the program only there.
func braces(_ rule: Requantization) -> String {
  let coefficients = rule.coefficients(channel: 0)
  let entries = entries(coefficients, form: rule.form, count: rule.entriesPerChannel)
  var fields: [(name: String, value: String)] = [("multiplier", int32Literal(Int(coefficients.multiplier)))]
  if coefficients.offset != 0 { fields.append(("offset", int64Literal(coefficients.offset))) }
  if coefficients.shift != 0 { fields.append(("shift", "\(coefficients.shift)")) }
  if coefficients.signTerm != 0 { fields.append(("sign_term", int64Literal(coefficients.signTerm))) }
  if coefficients.zeroPoint != 0 { fields.append(("zero_point", int32Literal(Int(coefficients.zeroPoint)))) }
  if let bounds = coefficients.bounds {
    fields.append(("lower_bound", int32Literal(Int(bounds.lowerBound))))
    fields.append(("upper_bound", int32Literal(Int(bounds.upperBound))))
  }
  if coefficients.preshift != 0 { fields.append(("preshift", "\(coefficients.preshift)")) }
  if !entries.isEmpty {
    fields.append(("count", "\(rule.entriesPerChannel)"))
    let literals = entries.map { int32Literal(Int($0)) }.joined(separator: ", ")
    fields.append(("entries", "(const int32_t[]){\(literals)}"))
  }
  let numbers = fields.map { ".\($0.name) = \($0.value)" }.joined(separator: ", ")
  return "{\(rule.form.cName), {\(numbers)}, \(int32Literal(rule.clamp.lowerBound)), "
    + "\(int32Literal(rule.clamp.upperBound))}"
}

/// The words of one channel's parameters between its bias and the zero point of its weights; see `ConstantLayout`.
func parameterWords(_ requantization: Requantization?, channel: Int) -> [Int32] {
  guard let requantization else { return [] }
  let numbers = requantization.coefficients(channel: channel)
  let low = Int32(truncatingIfNeeded: numbers.offset)
  let high = Int32(truncatingIfNeeded: numbers.offset >> 32)
  let shift = Int32(numbers.shift)
  let entries = entries(numbers, form: requantization.form, count: requantization.entriesPerChannel)
  switch requantization.form {
  case .rq32: return [numbers.multiplier, low, shift]
  case .rq32c:
    let bounds = numbers.bounds ?? Int32.min...Int32.max
    return [numbers.multiplier, low, shift, bounds.lowerBound, bounds.upperBound]
  case .rqh: return [numbers.multiplier, low, shift + 256 * Int32(numbers.preshift)]
  case .rq64, .rq64s: return [numbers.multiplier, low, high, shift]
  case .rq64x: return [numbers.multiplier, low, high, shift] + entries
  case .rq64t: return [numbers.multiplier, shift, numbers.zeroPoint]
  case .thr: return [numbers.multiplier] + entries
  }
}

/// The words of `count` exceptions or thresholds; unused ones change nothing.
private func entries(_ numbers: RequantizationCoefficients, form: RequantizationForm, count: Int) -> [Int32] {
  switch form {
  case .rq32, .rq32c, .rqh, .rq64, .rq64s, .rq64t: []
  case .rq64x:
    numbers.exceptions.flatMap { [$0.accumulator, $0.correction] }
      + [Int32](repeating: 0, count: 2 * (count - numbers.exceptions.count))
  case .thr: numbers.thresholds + [Int32](repeating: .max, count: count - numbers.thresholds.count)
  }
}
