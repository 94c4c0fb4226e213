import Deployment
import GraphImport
import NetworkIR
import Testing

/// Networks that end in accumulators: the reals that their files compute of them.
@Suite(.enabled(if: SharedNetworks.present, "shared/networks is not beside the checkout"))
struct AffineTailTests {
  static let names = ["qonnx_brev_w4a4_pt", "qonnx_brev_w8a8_pc", "qonnx_brev_w8a8_po2"]

  private static func load(_ name: String) throws -> GoldenComparison {
    let file = try ModelFile(path: SharedNetworks.model(name))
    let model = try file.load()
    let golden = try SampleSource.golden(SharedNetworks.root + "/" + name).load(for: model.network)
    return GoldenComparison(model: model, file: file, golden: golden)
  }

  @Test(arguments: names)
  func `the real outputs of all eight samples are compared, and agree`(name: String) async throws {
    let comparison = try Self.load(name)
    let reals = comparison.golden.expectedReals
    #expect(reals.filter { $0.source == "output0.bin" }.map(\.sample) == Array(0..<8))
    #expect(reals.allSatisfy { $0.values.count == 10 })
    #expect(comparison.golden.unmatched.allSatisfy { !$0.hasPrefix("output0") && !$0.hasPrefix("global_out") })
    let report = try await comparison.run().report
    let codes = comparison.golden.expected.reduce(0) { $0 + $1.values.count }
    // Eight samples of the outputs' file, and the first once more among its intermediates.
    #expect(report.tally.elements == codes + 9 * 10)
    #expect(report.tally.mismatches == 0, "\(report.differences.map(\.sentence))")
    #expect(report.passes)
  }

  @Test(arguments: names)
  func `a real off by a thousandth of the largest is a mismatch, named with its place`(name: String) async throws {
    var comparison = try Self.load(name)
    let last = try #require(comparison.golden.expectedReals.firstIndex { $0.sample == 5 })
    let largest = comparison.golden.expectedReals[last].values.map(abs).max() ?? 0
    comparison.golden.expectedReals[last].values[7] += largest / 1000
    let report = try await comparison.run().report
    #expect(report.tally.mismatches == 1)
    #expect(!report.passes)
    let difference = try #require(report.differences.first)
    #expect(difference.source == "output0.bin" && difference.mismatches == 1 && difference.elements == 10)
    #expect(difference.first.sample == 5 && difference.first.channel == 7)
    #expect(difference.sentence.contains("is not within the float32 error"))
  }
}
