/// One way in which a plan contradicts itself, the machine or the network: which rule, where, and both numbers.
package struct PlanViolation: Equatable, Sendable, CustomStringConvertible {
  /// What a plan is held to; docs/plan-format.md lists the rules with their meaning.
  package enum Rule: String, Sendable, CaseIterable {
    /// Version, order of steps, unique names, kinds of tensors.
    case document
    /// A number outside what any plan can hold; nothing else is checked then.
    case range
    /// The sizes of the target and the figures that it records.
    case target
    /// Capacities, reserves and what they leave.
    case budget
    /// Address, size and interval of a tensor in L2, L3 or flash.
    case placement
    /// Two things at the same bytes during the same step, unless a layer runs in place.
    case overlap
    /// Shapes, window geometry, operator and type agree.
    case geometry
    /// Mode, levels, stripes and tiles agree, and the tiles cover the output exactly once.
    case tiling
    /// Size, count and place of a layer's buffers.
    case buffer
    /// Size and layout of weights and parameters.
    case constants
    /// What is read is there at that moment.
    case presence
    /// A copy between L3 or flash and L2.
    case transfer
    /// Sums and peaks.
    case totals
    /// Predicted times and the solver's bound.
    case cycles
    /// The network that the plan claims to be for.
    case network
  }

  /// How the number that the plan says would have to relate to the one that is expected.
  package enum Relation: String, Sendable {
    case equal = ""
    case atLeast = "at least "
    case atMost = "at most "
  }

  package var rule: Rule
  /// nil where the whole plan is concerned.
  package var step: Int?
  /// Name of the layer, or nil.
  package var layer: String?
  /// Name of the tensor, or nil.
  package var tensor: String?
  /// What the plan says; nil where the fault is not a number.
  package var found: Int?
  /// What it would have to say, or the limit that it passes.
  package var expected: Int?
  /// `equal` where nothing is expected.
  package var relation: Relation
  /// Lower case, no full stop, without the two numbers.
  package var sentence: String

  package init(
    rule: Rule, step: Int? = nil, layer: String? = nil, tensor: String? = nil, found: Int? = nil,
    expected: Int? = nil, relation: Relation = .equal, sentence: String
  ) {
    self.rule = rule
    self.step = step
    self.layer = layer
    self.tensor = tensor
    self.found = found
    self.expected = expected
    self.relation = relation
    self.sentence = sentence
  }

  /// `step 3 'conv_03': tensor 'x': SENTENCE: 12, expected 16 [rule]`
  package var description: String {
    var text = ""
    if let step { text += "step \(step)" + (layer.map { " '\($0)'" } ?? "") + ": " }
    if let tensor { text += "tensor '\(tensor)': " }
    text += sentence
    if let found { text += ": \(found)" }
    if let expected { text += ", expected \(relation.rawValue)\(expected)" }
    return text + " [\(rule.rawValue)]"
  }
}
