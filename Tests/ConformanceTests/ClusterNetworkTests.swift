import Deployment
import GraphImport
import NetworkIR
import Testing

/// Real networks on the simulated cluster; all others are in `Benchmarks/run performance`.
@Suite(.serialized, .enabled(if: SharedNetworks.present, "shared/networks is not beside the checkout"))
struct ClusterNetworkTests {
  @Test(arguments: ["mlperf_ad_fcae_int8", "nemo_dscnn"])
  func `every layer on the cluster is bit-exact and its cycles are counted`(name: String) async throws {
    let file = try ModelFile(path: SharedNetworks.model(name))
    let imported = try file.load()
    let plan = try Pipeline.plan(imported.network, file: file, options: PlanningOptions())
    var request = VerificationRequest(
      model: imported, file: file, plan: plan, samples: .random(count: 1, seed: 7))
    request.backends = [.cluster]
    let report = try await request.run()
    let cluster = try #require(report.backends[.cluster])
    #expect(cluster.faults == [])
    #expect(cluster.layers.map(\.mismatches) == plan.layers.map { _ in 0 })
    #expect(cluster.layers.allSatisfy { $0.elements > 0 })
    let measurement = try #require(cluster.measurement)
    #expect(measurement.layers.allSatisfy { $0.cycles > 0 })
    // The first core is in exactly one place in every cycle.
    for layer in measurement.layers {
      #expect(
        layer.computeCycles + layer.dmaCycles + layer.l3Cycles + layer.controlCycles == layer.cycles, "\(layer.name)")
    }
    #expect(report.passes)
  }
}
