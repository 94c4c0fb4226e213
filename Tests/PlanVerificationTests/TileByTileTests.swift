import NetworkIR
import PlanVerification
import Testing

/// Convolutions of random shapes whose plan is made by visiting every tile and every input position one by one.
struct TileByTileTests {
  private static func check(_ visit: TileVisit, seed: Int) {
    let violations = PlanVerifier.violations(in: visit.plan)
    #expect(violations.isEmpty, "seed \(seed): \(violations.map(\.description).joined(separator: "\n"))")
  }

  @Test(arguments: 0..<200)
  func `nothing is copied for tiles whose windows lie wholly in the padding`(seed: Int) {
    var random = SplitMix64(seed: UInt64(1_000 + seed))
    Self.check(TileVisit(&random, padding: 3...14), seed: seed)
  }

  @Test(arguments: 0..<200)
  func `sums and sizes of packed elements equal those of a visit to every tile`(seed: Int) {
    var random = SplitMix64(seed: UInt64(2_000 + seed))
    Self.check(TileVisit(&random, types: [.int2, .uint4, .int8, .uint16]), seed: seed)
  }

  @Test(arguments: 0..<200)
  func `sums and sizes derived by axis equal those of a visit to every tile`(seed: Int) {
    var random = SplitMix64(seed: UInt64(seed))
    Self.check(TileVisit(&random), seed: seed)
  }

  @Test(arguments: 0..<400)
  func `what stays in L1 from chunk to chunk is what a visit to every tile finds there`(seed: Int) {
    var random = SplitMix64(seed: UInt64(3_000 + seed))
    let types: [ElementType] = seed % 2 == 0 ? [.uint8] : [.int2, .uint4, .int8, .uint16]
    Self.check(TileVisit(&random, types: types, streams: true), seed: seed)
  }
}
