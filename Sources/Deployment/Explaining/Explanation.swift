package import NetworkIR
import PlanVerification
import TilingSolver

/// Why a plan is as it is, in words and as JSON.
package struct Explanation: Sendable {
  let content: PlanExplanation
  /// Whether one layer was asked for.
  private let isOfOneLayer: Bool

  /// What to find out.
  package struct Request: Sendable {
    /// The layer to explain in full; nil for the network and a line for each layer.
    package var layer: String?
    /// Whether to plan again with more memory, to see what that would buy.
    package var studiesMemory = true

    package init() {}
  }

  /// Explains a plan.
  ///
  /// - Parameters:
  ///   - plan: may have been changed since it was made, as long as it can be run.
  ///   - path: its file, for messages.
  ///   - request: what to find out.
  ///   - progress: told what is being planned.
  /// - Throws: `Refusal` where the plan breaks a rule (DG0044), holds numbers beyond those that
  ///   durations are computed with (DG0514), or has no layer of that name (DG0040).
  package init(
    _ plan: DeploymentPlan, path: String, request: Request = Request(), progress: (String) -> Void = { _ in }
  ) throws(Refusal) {
    try Self.requireExplainable(plan, path: path)
    let layers = plan.layers.map(\.name)
    if let layer = request.layer, !layers.contains(layer) {
      let named = layers.prefix(8).joined(separator: ", ")
      throw Refusal(
        Diagnostic(
          code: "DG0040", file: path, message: "the plan has no layer '\(layer)' among its \(layers.count)",
          hint: Spelling.suggestion(for: layer, among: layers)
            + (layers.count > 8
              ? "its first layers are \(named); without --layer all are listed" : "its layers are \(named)")))
    }
    let explainer = PlanExplainer(plan)
    var content = explainer.explanation(of: request.layer)
    if request.studiesMemory && request.layer == nil { content.memory = explainer.memoryStudy(progress: progress) }
    self.content = content
    isOfOneLayer = request.layer != nil
  }

  /// Refuses a plan that breaks a rule (DG0044), or that holds numbers beyond those that durations are computed with
  /// (DG0514).
  static func requireExplainable(_ plan: DeploymentPlan, path: String) throws(Refusal) {
    let violations = PlanVerifier.violations(in: plan)
    guard violations.isEmpty else {
      throw Refusal(violations.map { Diagnostic(code: "DG0044", file: path, message: "\($0)") })
    }
    if var excess = durationExcess(of: Workload(plan), target: plan.target.figures) {
      excess.file = path
      throw Refusal(excess)
    }
  }

  /// For programs.
  package func json() throws -> [UInt8] { try JSONDocument.encode(content) }

  /// For people.
  package var blocks: [TextBlock] {
    if isOfOneLayer {
      return content.layers.flatMap { LayerSentences(layer: $0, networkCycles: content.cycles).blocks }
    }
    return NetworkSentences(content: content).blocks
  }

  /// The same without emphasis.
  package var lines: [String] { blocks.plainLines }
}
