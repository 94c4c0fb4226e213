package import NetworkIR
import TilingSolver

/// A plan as one page for people, which needs no other file and no network: numbers, memory over time, tiles of each layer.
///
/// The page carries the plan and its explanation as JSON; its own scripts draw them. Equal plans give equal bytes.
package struct PlanReport: Sendable {
  private let content: Content
  /// What a reader without scripts sees.
  private let text: [String]

  /// What the scripts of the page read.
  private struct Content: Encodable, Sendable {
    var plan: DeploymentPlan
    var explanation: PlanExplanation
    /// For each layer, what `explain --layer` says of it besides numbers.
    var sentences: [[String]]
    /// Whether the plan's digest is not that of its contents.
    var isChanged: Bool
  }

  /// Explains a plan, without a study of memory.
  ///
  /// - Parameters:
  ///   - plan: may have been changed since it was made, as long as it can be run.
  ///   - path: its file, for messages.
  ///   - isChanged: whether it was changed, which the page then says.
  /// - Throws: `Refusal` as `Explanation` does.
  package init(_ plan: DeploymentPlan, path: String, isChanged: Bool = false) throws(Refusal) {
    var request = Explanation.Request()
    request.studiesMemory = false
    let explanation = try Explanation(plan, path: path, request: request)
    let figures = explanation.content
    content = Content(
      plan: plan, explanation: figures,
      sentences: figures.layers.map { LayerSentences(layer: $0, networkCycles: figures.cycles).reasons },
      isChanged: isChanged)
    text = explanation.lines
  }

  /// The page: UTF-8, complete in itself.
  ///
  /// - Throws: what encoding throws.
  package func page() throws -> [UInt8] {
    let data = String(decoding: try JSONDocument.encode(content, pretty: false), as: UTF8.self)
    let name = content.plan.model.name
    return PageTemplate.report.page(
      title: name, heading: name, generator: content.plan.generator, text: text.joined(separator: "\n"), data: data)
  }
}
