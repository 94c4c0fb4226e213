import Foundation
package import NetworkIR

extension PlanVerifier {
  /// A fingerprint of everything that a plan says: 16 lower-case hexadecimal digits.
  ///
  /// FNV-1a with 64 bits over the plan's JSON with sorted keys and no white space (Fowler, Noll, Vo; constants from
  /// RFC 9923). One changed byte always changes it. It guards against accidents, not against forgery.
  package static func digest(of plan: DeploymentPlan) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // A gap that is not a number is a violation, not a reason to have no digest.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "infinity", negativeInfinity: "-infinity", nan: "nan")
    var unsealed = plan
    unsealed.digest = ""
    guard let bytes = try? encoder.encode(unsealed) else { preconditionFailure("every plan can be encoded") }
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
