import NetworkIR

/// Where in the plan a rule is being checked.
struct Place: Equatable, Sendable {
  var step: Int?
  var layer: String?
  var tensor: String?

  /// The plan as a whole.
  static let plan = Place()

  static func layer(_ layer: PlannedLayer, tensor: String? = nil) -> Place {
    Place(step: layer.step, layer: layer.name, tensor: tensor)
  }

  static func tensor(_ name: String, step: Int? = nil) -> Place { Place(step: step, tensor: name) }
}

/// The violations found so far, each once.
struct Findings {
  /// More than this many are not kept: a plan made to be refused must not take for ever.
  static let most = 1_000

  private(set) var violations: [PlanViolation] = []

  /// Adds a violation unless the very same one is there already.
  mutating func report(
    _ rule: PlanViolation.Rule, at place: Place, _ sentence: String, found: Int? = nil, expected: Int? = nil,
    relation: PlanViolation.Relation = .equal
  ) {
    guard violations.count < Findings.most else { return }
    let violation = PlanViolation(
      rule: rule, step: place.step, layer: place.layer, tensor: place.tensor, found: found, expected: expected,
      relation: relation, sentence: sentence)
    if !violations.contains(violation) { violations.append(violation) }
  }

  /// Reports `sentence` unless `claim` holds.
  mutating func require(_ claim: Bool, _ rule: PlanViolation.Rule, at place: Place, _ sentence: String) {
    if !claim { report(rule, at: place, sentence) }
  }

  /// Reports where the plan's number is not the one that was derived.
  mutating func expect(
    _ found: Int, equals expected: Int, _ rule: PlanViolation.Rule, at place: Place, _ sentence: String
  ) {
    if found != expected { report(rule, at: place, sentence, found: found, expected: expected) }
  }

  /// Reports where the plan's number is below the least possible one.
  mutating func expect(
    _ found: Int, atLeast least: Int, _ rule: PlanViolation.Rule, at place: Place, _ sentence: String
  ) {
    if found < least { report(rule, at: place, sentence, found: found, expected: least, relation: .atLeast) }
  }

  /// Reports where the plan's number is above the greatest possible one.
  mutating func expect(
    _ found: Int, atMost most: Int, _ rule: PlanViolation.Rule, at place: Place, _ sentence: String
  ) {
    if found > most { report(rule, at: place, sentence, found: found, expected: most, relation: .atMost) }
  }

  /// Reports where the plan's number is outside what any plan can hold.
  mutating func expect(_ found: Int, within range: ClosedRange<Int>, at place: Place, _ name: String) {
    guard !range.contains(found) else { return }
    expect(found, atLeast: range.lowerBound, .range, at: place, "\(name) out of range")
    expect(found, atMost: range.upperBound, .range, at: place, "\(name) out of range")
  }

  /// Reports an address or a size that is not a multiple of four bytes: L3 copies of others are 35 times slower on
  /// GAP8's HyperRAM, and word accesses to them trap.
  mutating func expectAligned(_ bytes: Int, at place: Place, _ sentence: String) {
    if !bytes.isMultiple(of: 4) {
      report(.placement, at: place, sentence, found: bytes, expected: bytes.roundedUpToWord)
    }
  }
}
