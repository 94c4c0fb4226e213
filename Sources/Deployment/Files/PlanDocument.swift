import Foundation
package import NetworkIR
import PlanVerification

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
    let found = try inspect(path)
    if var changed = found.warning {
      changed.severity = .error
      throw Refusal(changed)
    }
    return found.plan
  }

  /// Reads a plan that C is to be written from, or was.
  ///
  /// - Parameters:
  ///   - path: its file.
  ///   - network: what it must be a plan for.
  ///   - model: where the network comes from.
  /// - Returns: a plan that the verifier accepts.
  /// - Throws: `Refusal` as above, and where it is for another model or breaks a rule.
  package static func read(
    _ path: String, for network: Network, of model: ModelFile
  ) throws(Refusal) -> DeploymentPlan {
    let plan = try read(path)
    guard plan.model.sha256 == model.sha256 else {
      throw Refusal(
        Diagnostic(
          code: "DG0043", file: path,
          message: "is for a model with SHA-256 \(plan.model.sha256), but \(model.path) has \(model.sha256)",
          hint: "make a plan for this model"))
    }
    let violations = PlanVerifier.violations(in: plan, network: network)
    guard violations.isEmpty else {
      throw Refusal(violations.map { Diagnostic(code: "DG0044", file: path, message: "\($0)") })
    }
    return plan
  }

  /// Reads the plan of a project that was generated; what it must be a plan for as above.
  ///
  /// - Throws: `Refusal` as above, and where the folder is no project.
  package static func read(
    project folder: String, for network: Network, of model: ModelFile
  ) throws(Refusal) -> DeploymentPlan {
    let path = folder + "/plan.json"
    guard FileManager.default.fileExists(atPath: path) else {
      throw Refusal(
        Diagnostic(
          code: "DG0001", file: folder, message: "no generated project is there: it would have a plan.json",
          hint: "give a folder that 'dory-gen generate MODEL -o DIR' wrote"))
    }
    return try read(path, for: network, of: model)
  }

  /// Reads a plan that may have been changed since it was made.
  ///
  /// - Returns: the plan, and a warning where its digest is not that of its contents.
  /// - Throws: `Refusal` where the file is no plan, or of another version.
  package static func inspect(_ path: String) throws(Refusal) -> (plan: DeploymentPlan, warning: Diagnostic?) {
    try inspect(try ModelFile.read(path, limitBytes: ModelFile.documentLimitBytes), path: path)
  }

  /// As above, of a file that is in memory already; `path` is for messages.
  package static func inspect(
    _ bytes: [UInt8], path: String
  ) throws(Refusal) -> (plan: DeploymentPlan, warning: Diagnostic?) {
    let plan = try decode(bytes, path: path)
    let found = PlanVerifier.digest(of: plan)
    guard plan.digest != found else { return (plan, nil) }
    let warning = Diagnostic(
      .warning, code: "DG0045", file: path, message: "has digest '\(plan.digest)', but its contents have '\(found)'",
      hint: "the plan was changed after it was made; make it anew with 'dory-gen plan'")
    return (plan, warning)
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
      let isModel = [".onnx", ".tflite"].contains { path.hasSuffix($0) }
      let fault = JSONFault.sentence(error, in: bytes) { $0 != "gap" }
      throw Refusal(
        Diagnostic(
          code: "DG0041", file: path,
          message: isModel ? "is a model, not a plan" : "is not a plan: \(fault)",
          hint: isModel
            ? "make a plan of it first: 'dory-gen plan MODEL -o plan.json'"
            : "give a file that 'dory-gen plan MODEL -o FILE' wrote"))
    }
  }
}
