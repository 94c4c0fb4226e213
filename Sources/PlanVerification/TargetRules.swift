import NetworkIR

extension Findings {
  /// Every figure of the chip is one that a chip can have.
  ///
  /// The limits go with the units, which end the names of the figures.
  mutating func checkRanges(of target: Target) {
    for (path, value) in Self.numbers(in: target, path: "target") {
      let range = Self.units.first { path.hasSuffix($0.suffix) }?.range ?? 0...Limit.bytes
      expect(value, within: range, at: .plan, path)
    }
  }

  /// Units and what is usual in them; figures that others are divided by are at least 1.
  private static let units: [(suffix: String, range: ClosedRange<Int>)] = [
    ("Hertz", 1_000...4_000_000_000), ("Nanoseconds", 0...1_000_000_000), ("bytesPerCycle", 1...1_024),
    ("Percent", 100...10_000), ("burstBytes", 1...1 << 20), ("cores", 1...1_024), ("Cycles", 0...1_000_000),
    ("tcdmBanks", 1...64), ("dmaQueue", 1...1_024), ("instructionCache.bytes", 0...1 << 20), ("lineBytes", 4...256),
    ("ways", 1...64),
  ]

  /// All whole numbers inside a value, with their names, found by reflection so that no figure is forgotten.
  private static func numbers(in value: Any, path: String) -> [(path: String, value: Int)] {
    if let number = value as? Int { return [(path, number)] }
    return Mirror(reflecting: value).children.flatMap { child in
      numbers(in: child.value, path: child.label == "some" ? path : "\(path).\(child.label ?? "")")
    }
  }

  /// The sizes of the target are those of the chip that it records.
  mutating func checkTarget(of plan: DeploymentPlan) {
    let (target, chip) = (plan.target, plan.target.figures)
    require(!target.name.isEmpty, .target, at: .plan, "the target has no name")
    require(target.name == chip.name, .target, at: .plan, "the target's figures are of '\(chip.name)'")
    require(!chip.description.isEmpty, .target, at: .plan, "the target has no description")
    expect(target.l1Bytes, equals: chip.l1.bytes, .target, at: .plan, "bytes of l1 in the figures")
    expect(target.l2Bytes, equals: chip.l2.bytes, .target, at: .plan, "bytes of l2 in the figures")
    expect(target.l3Bytes, equals: chip.ram.bytes, .target, at: .plan, "bytes of l3 in the figures")
    expect(target.cores, equals: chip.cores, .target, at: .plan, "cores in the figures")
  }
}
