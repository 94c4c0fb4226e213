package import CEmitter
import Foundation
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
  /// - Throws: `Refusal` where the network can't fit; `PlanRejected` where the verifier finds a fault, which is ours.
  package static func plan(
    _ network: Network, file: ModelFile, options: PlanningOptions
  ) throws -> DeploymentPlan {
    var plan = try makePlan(
      for: network, target: try options.resolvedTarget(), objective: options.objective,
      model: PlannedModel(name: file.name, sha256: file.sha256), generator: generator)
    plan.digest = PlanVerifier.digest(of: plan)
    let violations = PlanVerifier.violations(in: plan, network: network)
    guard violations.isEmpty else { throw PlanRejected(violations: violations) }
    return plan
  }

  /// The project that a plan describes, with the plan in it.
  ///
  /// - Throws: `Refusal` where the emitter can't express something.
  package static func project(_ network: Network, _ plan: DeploymentPlan) throws -> [GeneratedFile] {
    try emitProject(network: network, plan: plan)
      + [GeneratedFile(path: "plan.json", contents: try PlanDocument.encode(plan))]
  }

  /// Emits the project into a folder that appears whole or not at all.
  package static func generate(_ network: Network, _ plan: DeploymentPlan, into folder: String) throws {
    try OutputFolder.write(try project(network, plan), to: folder)
  }
}

/// A plan that the verifier does not accept.
package struct PlanRejected: Error, CustomStringConvertible {
  package var violations: [PlanViolation]

  package var description: String { violations.map { "\($0)" }.joined(separator: "\n") }
}

/// plan.json on disk.
package enum PlanDocument {
  /// UTF-8 with sorted keys and a final newline: the same plan always gives the same bytes.
  package static func encode(_ plan: DeploymentPlan) throws -> [UInt8] {
    try JSONDocument.encode(plan)
  }

  /// Reads a plan and checks its digest.
  ///
  /// - Throws: `Refusal` where the file is no plan, of another version, or was changed.
  package static func read(_ path: String) throws(Refusal) -> DeploymentPlan {
    let plan = try decode(try ModelFile.read(path), path: path)
    let found = PlanVerifier.digest(of: plan)
    guard plan.digest == found else {
      throw Refusal(
        Diagnostic(
          code: "DG0045", file: path, message: "has digest '\(plan.digest)', but its contents have '\(found)'",
          hint: "the plan was changed after it was made; make it anew with 'dory-gen plan'"))
    }
    return plan
  }

  private static func decode(_ bytes: [UInt8], path: String) throws(Refusal) -> DeploymentPlan {
    let data = Data(bytes)
    struct Version: Decodable { var version: Int }
    do {
      let version = try JSONDecoder().decode(Version.self, from: data).version
      guard version == DeploymentPlan.currentVersion else {
        throw Refusal(
          Diagnostic(
            code: "DG0042", file: path,
            message: "is a plan of version \(version), but this tool reads version \(DeploymentPlan.currentVersion)",
            hint: "make the plan anew with 'dory-gen plan'"))
      }
      return try JSONDecoder().decode(DeploymentPlan.self, from: data)
    } catch let refusal as Refusal {
      throw refusal
    } catch {
      throw Refusal(
        Diagnostic(
          code: "DG0041", file: path, message: "is not a plan: \(Self.reason(error))",
          hint: "give a file that 'dory-gen plan' wrote"))
    }
  }

  private static func reason(_ error: any Error) -> String {
    guard let decoding = error as? DecodingError else { return "\(error)" }
    func place(_ context: DecodingError.Context, _ key: (any CodingKey)? = nil) -> String {
      (context.codingPath + (key.map { [$0] } ?? [])).map(\.stringValue).joined(separator: ".")
    }
    return switch decoding {
    case .keyNotFound(let key, let context): "'\(place(context, key))' is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      "'\(place(context))': \(context.debugDescription)"
    @unknown default: "\(decoding)"
    }
  }
}
