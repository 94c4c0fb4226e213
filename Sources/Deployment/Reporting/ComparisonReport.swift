package import NetworkIR
import TilingSolver

/// Two plans as one page for people, which needs no other file and no network: what each takes, layer by layer side by side,
/// memory over time, and everything that differs.
///
/// The page carries both plans as JSON; its own scripts draw them. Equal plans give equal bytes.
package struct ComparisonReport: Sendable {
  /// A plan that was read.
  package struct Side: Sendable {
    package var plan: DeploymentPlan
    /// Its file, for messages.
    package var path: String
    /// Whether it was changed since it was made, which the page then says.
    package var isChanged: Bool

    package init(_ plan: DeploymentPlan, path: String, isChanged: Bool = false) {
      self.plan = plan
      self.path = path
      self.isChanged = isChanged
    }
  }

  private let content: Content
  /// What a reader without scripts sees.
  private let text: [String]

  /// What the scripts of the page read.
  private struct Content: Encodable, Sendable {
    var before, after: ExplainedPlan
    var layers: [LayerPair]
    var changes: [PlanComparison.Change]
  }

  private struct ExplainedPlan: Encodable, Sendable {
    var plan: DeploymentPlan
    /// Of its layers.
    var times: [LayerTime]
    var isChanged: Bool

    init(_ side: Side) {
      plan = side.plan
      times = PlanExplainer(side.plan).layerTimes()
      isChanged = side.isChanged
    }
  }

  /// Layers of one name.
  private struct LayerPair: Encodable, Sendable {
    var name: String
    /// In the first plan and in the second; nil where a plan has no such layer.
    var steps: [Int?]
  }

  /// Puts two plans side by side.
  ///
  /// - Throws: `Refusal` with what `Explanation` refuses of either.
  package init(_ before: Side, _ after: Side) throws(Refusal) {
    for side in [before, after] { try Explanation.requireExplainable(side.plan, path: side.path) }
    let comparison = PlanComparison(before.plan, after.plan)
    content = Content(
      before: ExplainedPlan(before), after: ExplainedPlan(after),
      layers: PlanComparison.pairs(before.plan.layers, after.plan.layers, by: { $0.name }).map {
        LayerPair(name: $0.label.words, steps: [$0.before?.step, $0.after?.step])
      },
      changes: comparison.changes)
    text = comparison.isEmpty ? ["The plans say the same."] : comparison.lines
  }

  /// The page: UTF-8, complete in itself.
  ///
  /// - Throws: what encoding throws.
  package func page() throws -> [UInt8] {
    let data = String(decoding: try JSONDocument.encode(content, pretty: false), as: UTF8.self)
    let names = [content.before.plan.model.name, content.after.plan.model.name]
    let heading = names[0] == names[1] ? names[0] : "\(names[0]) → \(names[1])"
    return PageTemplate.comparison.page(
      title: "\(heading): two plans", heading: heading, generator: content.after.plan.generator,
      text: text.joined(separator: "\n"), data: data)
  }
}
