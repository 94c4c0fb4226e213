import Deployment
import Foundation
import GraphImport
import NetworkIR
import PlanVerification
import Testing

/// Real networks, all samples, every layer, in tight memory; the roomy and the sanitized runs are in `make conformance`.
@Suite(.serialized, .enabled(if: SharedNetworks.present, "shared/networks is not beside the checkout"))
struct NetworkConformanceTests {
  @Test(arguments: TightNetwork.all)
  func `every layer of every sample is bit-exact in tight memory`(network: TightNetwork) async throws {
    let file = try ModelFile(path: SharedNetworks.model(network.name))
    let imported = try file.load()
    var options = PlanningOptions()
    options.l1Bytes = 32_768
    options.l2Bytes = network.l2Bytes
    let plan = try Pipeline.plan(imported.network, file: file, options: options)
    let report = try await VerificationRequest(
      model: imported, file: file, plan: plan, samples: .golden(SharedNetworks.root + "/" + network.name)
    ).run()
    let host = try #require(report.backends[.host])
    #expect(host.faults == [])
    #expect(host.layers.map(\.mismatches) == plan.layers.map { _ in 0 })
    #expect(host.layers.allSatisfy { $0.elements > 0 })
    #expect(report.golden?.tally.mismatches == 0)
    #expect((report.golden?.tally.elements ?? 0) > 0)
    #expect(report.passes)
  }

  @Test(arguments: TightNetwork.all)
  func `the same model gives the same plan and the same C twice`(network: TightNetwork) throws {
    let file = try ModelFile(path: SharedNetworks.model(network.name))
    let network = try file.load().network
    let first = try Pipeline.plan(network, file: file, options: PlanningOptions())
    let second = try Pipeline.plan(network, file: file, options: PlanningOptions())
    #expect(try PlanDocument.encode(first) == PlanDocument.encode(second))
    #expect(try Pipeline.project(network, first) == Pipeline.project(network, second))
  }

  @Test(arguments: ["x_truncated_tflite", "x_truncated_onnx", "x_onnx_float_kws", "x_gapsdk_mnist_float"])
  func `a broken or float model is refused with a place and an action`(name: String) throws {
    let path = SharedNetworks.model(name)
    let report = try ModelFile(path: path).inspect()
    #expect(report.model == nil)
    let errors = report.problems.filter { $0.severity == .error }
    #expect(!errors.isEmpty)
    #expect(errors.allSatisfy { $0.file == path && !$0.message.isEmpty && $0.hint != nil })
  }
}

/// The project's own network, which is always there.
@Suite(.serialized)
struct OwnExampleTests {
  @Test(arguments: [(65_536, 524_288), (18_432, 131_072)])
  func `the digits example agrees with a foreign runtime in every sample`(l1Bytes: Int, l2Bytes: Int) async throws {
    let file = try ModelFile(path: SharedNetworks.ownExample + "/digits.tflite")
    let imported = try file.load()
    var options = PlanningOptions()
    options.l1Bytes = l1Bytes
    options.l2Bytes = l2Bytes
    let plan = try Pipeline.plan(imported.network, file: file, options: options)
    let report = try await VerificationRequest(
      model: imported, file: file, plan: plan, samples: .golden(SharedNetworks.ownExample + "/golden")
    ).run()
    #expect(report.passes)
    #expect((report.golden?.tally.elements ?? 0) > 0)
  }
}
