import NetworkIR
import Testing

@testable import GraphImport

/// Networks exported by Quantlab with RequantShift nodes, against values recorded from an independent evaluation.
@Suite(.enabled(if: NEMONetworks.isPresent, "the folder shared/networks beside the checkout is missing"))
struct RequantShiftGoldenTests {
  @Test(arguments: [
    ("deeploy_autoenc_ad", ElementType?.none), ("deeploy_cnn_linear1", .int8), ("deeploy_mini_mobilenet", nil),
    ("deeploy_mini_mobilenet_v2", nil), ("deeploy_resnet8_ic", nil),
  ])
  func `every recorded tensor is computed bit for bit`(name: String, inputType: ElementType?) throws {
    let result = try NEMONetworks.lower(name, .requantShift, inputType: inputType)
    #expect(result.problems.isEmpty, "\(result.problems)")
    let network = try #require(result.network)
    let manifest = try NEMONetworks.json("\(name)/manifest.json", as: NEMOGoldenTests.Manifest.self)
    #expect(network.macs == manifest.macs)
    try NEMOGoldenTests.compareRecords(of: name, with: network)
    #expect(result.notes.map(\.code) == (inputType == nil ? ["DG0393"] : []))
  }
}
