import NetworkIR
import Testing

@testable import GraphImport

/// A network exported by Quantlab with DORY's attributes, against the values that were shipped with it.
@Suite(.enabled(if: NEMONetworks.isPresent, "the folder shared/networks beside the checkout is missing"))
struct QuantlabGoldenTests {
  @Test func `every recorded tensor is computed bit for bit`() throws {
    let result = try NEMONetworks.lower("quantlab_dronet_v3", .quantlab)
    #expect(result.problems.isEmpty, "\(result.problems)")
    let network = try #require(result.network)
    try NEMOGoldenTests.compareRecords(of: "quantlab_dronet_v3", with: network)
    #expect(network.macs == 41_103_104)
    #expect(network.layers.count { $0.name.hasPrefix("add") } == 3)
  }
}
