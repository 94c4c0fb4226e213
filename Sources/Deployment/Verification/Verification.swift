package import NetworkIR
import Reference

/// What `verify` compares, and how.
package struct VerificationRequest: Sendable {
  package var network: Network
  package var plan: DeploymentPlan
  package var profile: ReferenceProfile
  package var samples: SampleSource
  package var sanitize = false
  package var timing = TransferTiming.late

  package init(network: Network, plan: DeploymentPlan, profile: ReferenceProfile, samples: SampleSource) {
    self.network = network
    self.plan = plan
    self.profile = profile
    self.samples = samples
  }

  /// Builds and runs the project, evaluates the reference, and compares every layer of every sample.
  ///
  /// - Throws: `Refusal` where the samples don't fit or the project is not built.
  package func run() async throws -> VerificationReport {
    var golden = try samples.load(for: network)
    let folder = try TemporaryFolder()
    let files = try Pipeline.project(network, plan)
    async let program = HostProgram.build(files, in: folder.path + "/project", sanitize: sanitize)
    var reference = try await Self.evaluate(network, golden.samples)
    if let other = golden.alternative.first {
      let otherReference = try await Self.evaluate(network, other.samples)
      if Self.tally(other, otherReference).mismatches < Self.tally(golden, reference).mismatches {
        (golden, reference) = (other, otherReference)
      }
    }
    let results = try await program.run(golden.samples, network: network, timing: timing)
    var report = VerificationReport(model: plan.model.name, profile: profile, samples: golden.samples.count)
    if case .random(_, let seed) = samples { report.seed = seed }
    report.host = compare(results, with: reference)
    if !golden.expected.isEmpty { report.golden = Self.tally(golden, reference) }
    report.goldenTensors = golden.expected.count
    report.goldenDifferences = goldenDifferences(golden, reference)
    report.unmatchedGolden = golden.unmatched
    return report
  }

  /// Every tensor of every sample, two samples at a time.
  private static func evaluate(_ network: Network, _ samples: [[[Int32]]]) async throws -> [[[Int32]]] {
    let executor = ReferenceExecutor(network)
    return try await withThrowingTaskGroup(of: (Int, [[Int32]]).self) { group in
      for (index, sample) in samples.enumerated() {
        group.addTask { (index, try executor.run(sample)) }
      }
      return try await group.reduce(into: [[[Int32]]](repeating: [], count: samples.count)) { $0[$1.0] = $1.1 }
    }
  }

  private static func tally(_ golden: GoldenData, _ reference: [[[Int32]]]) -> Tally {
    golden.expected.reduce(into: Tally()) { tally, tensor in
      tally.compare(tensor.values, reference[tensor.sample][tensor.tensor])
    }
  }

  /// A line for each golden tensor that the reference does not agree with.
  private func goldenDifferences(_ golden: GoldenData, _ reference: [[[Int32]]]) -> [String] {
    golden.expected.compactMap { tensor in
      let found = reference[tensor.sample][tensor.tensor]
      guard let index = tensor.values.indices.first(where: { tensor.values[$0] != found[$0] }) else { return nil }
      var tally = Tally()
      tally.compare(tensor.values, found)
      let name = network[tensor.tensor].name
      return "\(tensor.source), sample \(tensor.sample), '\(name)': \(tally.mismatches) of \(tally.elements) differ, "
        + "first element \(index) (HWC): golden \(tensor.values[index]), reference \(found[index])"
    }
  }

  private func compare(_ results: HostProgram.Results, with reference: [[[Int32]]]) -> BackendReport {
    var report = BackendReport()
    report.faults = results.faults
    for (index, layer) in network.layers.enumerated() {
      var comparison = LayerComparison(name: layer.name, op: plan.layers[index].op)
      for (sample, tensors) in reference.enumerated() {
        let expected = tensors[layer.output]
        let got = results.layers[at: sample]?[at: index] ?? []
        compare(expected, got, sample: sample, layer: index, tensors: tensors, &comparison)
      }
      report.layers.append(comparison)
    }
    for (sample, tensors) in reference.enumerated() {
      for (index, output) in network.outputs.enumerated() {
        report.outputs.compare(tensors[output.tensor], results.outputs[at: sample]?[at: index] ?? [])
      }
    }
    return report
  }

  private func compare(
    _ expected: [Int32], _ got: [Int32], sample: Int, layer: Int, tensors: [[Int32]],
    _ comparison: inout LayerComparison
  ) {
    comparison.elements += expected.count
    guard expected != got else { return }
    guard got.count == expected.count else {
      comparison.mismatches += expected.count
      return
    }
    for index in expected.indices where expected[index] != got[index] {
      comparison.mismatches += 1
      guard comparison.first == nil else { continue }
      comparison.first = difference(sample: sample, layer: layer, index, expected[index], got[index], tensors)
    }
  }

  private func difference(
    sample: Int, layer: Int, _ index: Int, _ expected: Int32, _ got: Int32, _ tensors: [[Int32]]
  ) -> Difference {
    let shape = network[network.layers[layer].output].shape
    let position = Position(
      row: index / (shape.width * shape.channels), column: index / shape.channels % shape.width,
      channel: index % shape.channels)
    let executor = ReferenceExecutor(network)
    let accumulator = executor.accumulator(layer: layer, position: position, tensors: tensors)
    return Difference(
      sample: sample, layer: network.layers[layer].name, height: position.row, width: position.column,
      channel: position.channel, accumulator: accumulator, expected: expected, got: got,
      distanceToThreshold: accumulator.flatMap {
        executor.distanceToNearestThreshold(layer: layer, channel: position.channel, accumulator: $0)
      })
  }
}

extension Array {
  /// The element, or nil past the end.
  fileprivate subscript(at index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
