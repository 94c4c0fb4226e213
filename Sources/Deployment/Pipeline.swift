package import CEmitter
import Hardware
package import NetworkIR
package import PlanVerification
import TilingSolver

/// The stages from a model to a C project, each checked before the next.
package enum Pipeline {
  /// Name and version that go into plans and reports.
  package static let generator = "dory-gen \(version)"
  package static let version = "0.1.0"

  /// Plans a network and has the plan checked.
  ///
  /// - Parameters:
  ///   - network: what to run.
  ///   - file: where it comes from, for the plan and for messages.
  ///   - options: the target, the objective and what is fixed.
  ///   - progress: told what is being done, in words.
  /// - Returns: a sealed plan that the verifier accepts and that has every decision that was fixed.
  /// - Throws: `Refusal` where the network can't fit or the pins can't be kept; `PlanRejected` where the verifier finds a
  ///   fault, which is ours.
  package static func plan(
    _ network: Network, file: ModelFile, options: PlanningOptions,
    progress: @escaping @Sendable (String) -> Void = { _ in }
  ) throws -> DeploymentPlan {
    let workload = Workload(network)
    let target = try options.resolvedTarget().reserving(options.codeReservedBytes, for: workload.program)
    let pinFile = try options.pinPath.map { path throws(Refusal) in
      let bytes = try ModelFile.read(path, limitBytes: ModelFile.documentLimitBytes)
      return try PinFile(bytes, path: path, workload: workload)
    }
    let pins = pinFile?.pins ?? Pins()
    var plan: DeploymentPlan
    do {
      plan = try makePlan(
        for: workload, target: target, objective: options.objective, pins: pins,
        model: PlannedModel(name: file.name, sha256: file.sha256), generator: generator
      ) { progress($0.words) }
    } catch {
      throw error.about(file.path, pins: options.pinPath)
    }
    plan.digest = PlanVerifier.digest(of: plan)
    let violations = PlanVerifier.violations(in: plan, network: network)
    guard violations.isEmpty else { throw PlanRejected(violations: violations) }
    try pinFile?.requireKept(in: plan)
    return plan
  }

  /// The project that a plan describes, with the plan in it.
  ///
  /// - Parameters:
  ///   - network: what the plan was made for.
  ///   - plan: a plan that the verifier accepts.
  ///   - sample: what firmware checks itself with; nil for a project without firmware.
  /// - Returns: the files.
  /// - Throws: `Refusal` where the emitter can't express something.
  package static func project(
    _ network: Network, _ plan: DeploymentPlan, sample: FirmwareSample? = nil
  ) throws -> [GeneratedFile] {
    try emitProject(network: network, plan: plan, sample: sample)
      + [GeneratedFile(path: "plan.json", contents: try PlanDocument.encode(plan))]
  }

  /// Emits the project into a folder that appears whole or not at all.
  ///
  /// - Throws: as `project`, and where the folder can't be written.
  package static func generate(
    _ network: Network, _ plan: DeploymentPlan, sample: FirmwareSample? = nil, into folder: String
  ) throws {
    try OutputFolder.write(try project(network, plan, sample: sample), to: folder)
  }
}

/// A plan that the verifier does not accept.
package struct PlanRejected: Error, CustomStringConvertible {
  package var violations: [PlanViolation]

  package var description: String { violations.map { "\($0)" }.joined(separator: "\n") }
}

extension PlanningProgress {
  fileprivate var words: String {
    switch self {
    case .tiling(let layer, let count): "tiling layer \(layer + 1) of \(count)"
    case .searching(let nodes): "scheduling, \(nodes) nodes searched"
    }
  }
}

extension Refusal {
  /// The same, every finding being about the model's file, or about the file of the pins where it is these that can't be
  /// kept.
  fileprivate func about(_ path: String, pins: String?) -> Refusal {
    Refusal(
      diagnostics.map { diagnostic in
        var diagnostic = diagnostic
        diagnostic.file = ["DG0520", "DG0521"].contains(diagnostic.code) ? pins ?? path : path
        return diagnostic
      })
  }
}
