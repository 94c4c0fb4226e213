import Hardware
import NetworkIR

extension Target {
  /// gap8 with so many bytes of L1 in all, and so many of L2 beside what the network's program and the reserves take.
  ///
  /// - Throws: never; the target is built in.
  static func gap8(l1: Int = 65_536, l2 left: Int, beside network: Network) throws -> Target {
    var target = try Target.named("gap8")
    target.l1.bytes = l1
    target.l2.bytes += left - target.availableBytes(.l2, for: ProgramBytes(network))
    return target
  }
}
