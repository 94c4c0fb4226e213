import Deployment
import GraphImport
import NetworkIR
import Testing

/// Every network that others made, in every dialect: the reference against the golden data of its first sample.
///
/// All samples of all networks, and the generated C, are in `make conformance`.
@Suite(.enabled(if: SharedNetworks.present, "shared/networks is not beside the checkout"))
struct GoldenNetworkTests {
  /// Small enough to be evaluated element by element in about a second.
  static let names = SharedNetworks.golden.filter { ($0.macs ?? 0) < 50_000_000 }.map(\.name)

  @Test(arguments: names)
  func `the reference agrees with every golden tensor`(name: String) async throws {
    let file = try ModelFile(path: SharedNetworks.model(name))
    let model = try file.load(inputType: SharedNetworks.inputType(name))
    let all = try SampleSource.golden(SharedNetworks.root + "/" + name).load(for: model.network)
    var first = GoldenData(
      samples: Array(all.samples.prefix(1)), expected: all.expected.filter { $0.sample == 0 },
      unmatched: all.unmatched)
    first.expectedReals = all.expectedReals.filter { $0.sample == 0 }
    let report = try await GoldenComparison(model: model, file: file, golden: first).run().report
    #expect(report.tally.mismatches == report.tiedElements, "\(report.differences.map(\.sentence))")
    #expect(report.passes)
  }

  @Test func `there is a network in every dialect`() throws {
    let dialects = try Set(
      Self.names.map { try ModelFile(path: SharedNetworks.model($0)).inspect().dialect })
    #expect(dialects == Set(Dialect.allCases))
  }
}
