import Foundation
import Hardware
import NetworkIR
import TilingSolver

/// Decisions that a user has fixed, as a JSON file says them: any part of a plan.
///
/// What is no decision but follows from decisions, cycles, transfers, sums, may be there and is not looked at, so that a
/// whole plan can be given. What is looked at must make sense for the network.
struct PinFile {
  let path: String
  let pins: Pins

  /// Reads the bytes of a file.
  ///
  /// - Throws: a `Refusal` with everything that is wrong with it, each with its place in the document.
  init(_ bytes: [UInt8], path: String, workload: Workload) throws(Refusal) {
    self.path = path
    let document: JSONValue
    do {
      document = try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
    } catch {
      throw Refusal(
        Diagnostic(
          code: "DG0046", file: path, message: "\(bytes.count) bytes that are not one JSON document",
          hint: "give a plan, or the parts of one that are to stay as they are"))
    }
    var reader = PinReader(file: path, workload: workload)
    let pins = reader.pins(document)
    guard reader.findings.isEmpty else { throw Refusal(reader.findings) }
    guard !pins.isEmpty else {
      throw Refusal(
        Diagnostic(
          code: "DG0049", file: path, message: "fixes nothing: it has neither 'layers' nor 'tensors'",
          hint: "give a plan, or the parts of one that are to stay as they are"))
    }
    self.pins = pins
  }

  /// Makes sure that a plan has every decision that was fixed.
  ///
  /// - Throws: a `Refusal` with each one that it does not have.
  func requireKept(in plan: DeploymentPlan) throws(Refusal) {
    let unkept = pins.unkept(in: plan)
    guard !unkept.isEmpty else { return }
    throw Refusal(
      unkept.map {
        Diagnostic(
          code: "DG0522", file: path, node: $0.name,
          message: "\($0.what) is pinned to \($0.pinned), but the best plan found has \($0.planned)",
          hint: "leave it out of the pins, or pin what it depends on as well")
      })
  }
}
