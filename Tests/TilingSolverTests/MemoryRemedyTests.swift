import Hardware
import NetworkIR
import Testing

@testable import TilingSolver

/// The sizes that refusals name are tried by planning with them.
struct MemoryRemedyTests {
  /// The options that a hint names, and whether it calls them the least.
  private struct Hint {
    var l1: Int?
    var l2: Int?
    var isLeast: Bool

    init(_ text: String) {
      let words = text.split { $0 == " " || $0 == "," || $0 == ";" }.map(String.init)
      func value(_ option: String) -> Int? {
        words.firstIndex(of: option).flatMap { $0 + 1 < words.count ? Int(words[$0 + 1]) : nil }
      }
      l1 = value("--l1")
      l2 = value("--l2")
      isLeast = text.contains("the least")
    }
  }

  /// Refused with these sizes: the hint plans, and with four bytes less of what it calls the least it does not.
  private func check(_ network: Network, l1: Int, l2: Int) throws {
    func plans(_ l1: Int, _ l2: Int) throws -> Bool {
      let target = try ExplanationTests.target(l1: l1, l2: l2)
      return (try? ExplanationTests.plan(network, target)) != nil
    }
    let target = try ExplanationTests.target(l1: l1, l2: l2)
    let refusal = #expect(throws: Refusal.self, "\(network.name) with L1 \(l1), L2 \(l2)") {
      try ExplanationTests.plan(network, target)
    }
    for diagnostic in refusal?.diagnostics ?? [] {
      #expect(diagnostic.message.contains("B short"), "\(diagnostic)")
      let hint = Hint(diagnostic.hint ?? "")
      #expect(hint.l1 != nil || hint.l2 != nil, "\(diagnostic)")
      #expect(try plans(hint.l1 ?? l1, hint.l2 ?? l2), "\(diagnostic)")
      guard hint.isLeast else { continue }
      if let least = hint.l1 { #expect(try !plans(least - 4, hint.l2 ?? l2), "\(diagnostic)") }
      if let least = hint.l2 { #expect(try !plans(hint.l1 ?? l1, least - 4), "\(diagnostic)") }
    }
  }

  @Test(arguments: [9_860, 9_868, 9_876])
  func `too little L1 is refused with the least that does`(l1: Int) throws {
    for network in try ExplanationTests.networks() { try check(network, l1: l1, l2: 524_288) }
  }

  /// Less than the program takes, and so much beside it.
  @Test(arguments: [-20_000, 4, 512, 1_024])
  func `too little L2 is refused with a size that does`(left: Int) throws {
    for network in try ExplanationTests.networks() {
      try check(network, l1: 65_536, l2: try Target.gap8(l2: left, beside: network).l2.bytes)
    }
  }

  @Test func `where both are too small both are named`() throws {
    let network = try ExplanationTests.small()
    try check(network, l1: 9_864, l2: try Target.gap8(l2: 60, beside: network).l2.bytes)
  }
}
