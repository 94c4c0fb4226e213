package import GraphImport
package import NetworkIR
import Reference

/// What `verify` compares, and how.
package struct VerificationRequest: Sendable {
  package var model: ImportedModel
  package var file: ModelFile
  package var plan: DeploymentPlan
  package var samples: SampleSource
  /// Folder of a project that was generated from the plan, and may have been changed since; nil for a new one.
  package var projectPath: String?
  /// On which the generated C runs.
  package var backends: Set<Backend> = [.host]
  /// Of the host's program.
  package var build = HostBuild.checked
  /// Of the host's simulator.
  package var timing = TransferTiming.late
  package var order = CoreOrder.sequence

  package init(model: ImportedModel, file: ModelFile, plan: DeploymentPlan, samples: SampleSource) {
    self.model = model
    self.file = file
    self.plan = plan
    self.samples = samples
  }

  private var network: Network { model.network }

  /// Builds and runs the project, a new one unless one is given, evaluates the reference, and compares every layer of every sample.
  ///
  /// - Parameter progress: told how far it is.
  /// - Returns: what was compared, and what differs.
  /// - Throws: `Refusal` where the samples don't fit or the project is not built.
  package func run(_ progress: WorkProgress = WorkProgress()) async throws -> VerificationReport {
    let golden = try samples.load(for: network)
    let folder = try TemporaryFolder()
    let project =
      try projectPath.map(ProjectFolder.init(given:))
      ?? ProjectFolder(try Pipeline.project(network, plan), at: folder.path + "/project")
    async let building = programs(of: project, progress)
    let evaluation = try await GoldenComparison(model: model, file: file, golden: golden).run(progress)
    let programs = try await building
    var report = VerificationReport(model: plan.model.name, profile: model.profile, samples: golden.samples.count)
    if case .random(_, let seed) = samples { report.seed = seed }
    if let host = programs.host {
      let results = try await host.run(
        evaluation.samples, network: network, timing: timing, order: order, progress: progress)
      report.backends[.host] = compare(results, with: evaluation.reference)
    }
    if let cluster = programs.cluster {
      let results = try await cluster.run(evaluation.samples, network: network, progress: progress)
      report.backends[.cluster] = compare(results, with: evaluation.reference)
    }
    if case .golden = samples { report.golden = evaluation.report }
    report.remarks = golden.remarks
    return report
  }

  private struct Programs {
    var host: HostProgram?
    var cluster: ClusterProgram?
  }

  private func programs(of project: ProjectFolder, _ progress: WorkProgress) async throws -> Programs {
    var programs = Programs()
    if backends.contains(.host) { programs.host = try await project.host(build, progress) }
    if backends.contains(.cluster) { programs.cluster = try await project.cluster(progress) }
    return programs
  }

  private func compare(_ results: ProgramResults, with reference: [[[Int32]]]) -> BackendReport {
    var report = BackendReport()
    report.faults = results.faults
    report.measurement = results.cycles.flatMap { MeasuredInference($0, plan: plan) }
    for (index, layer) in network.layers.enumerated() {
      var comparison = LayerComparison(name: layer.name, op: plan.layers[index].op)
      for (sample, tensors) in reference.enumerated() {
        let expected = tensors[layer.output]
        let got = results.layers[at: sample]?[at: index] ?? []
        compare(expected, got, sample: sample, layer: index, tensors: tensors, &comparison)
      }
      report.layers.append(comparison)
    }
    report.stop = stop(of: results, samples: reference.count)
    for (sample, tensors) in reference.enumerated() {
      for (index, output) in network.outputs.enumerated() {
        report.outputs.compare(tensors[output.tensor], results.outputs[at: sample]?[at: index] ?? [])
      }
    }
    return report
  }

  private func stop(of results: ProgramResults, samples: Int) -> Stop? {
    for sample in 0..<samples {
      let done = results.layers[at: sample]?.count ?? 0
      if done < network.layers.count { return Stop(sample: sample, layer: network.layers[done].name) }
    }
    return nil
  }

  private func compare(
    _ expected: [Int32], _ got: [Int32], sample: Int, layer: Int, tensors: [[Int32]],
    _ comparison: inout LayerComparison
  ) {
    guard got.count == expected.count else {
      comparison.missing += expected.count
      return
    }
    comparison.elements += expected.count
    for index in expected.indices where expected[index] != got[index] {
      comparison.mismatches += 1
      guard comparison.first == nil else { continue }
      comparison.first = Difference(
        network, layer: layer, tensor: network.layers[layer].output, sample: sample, index: index,
        expected: expected[index], got: got[index], read: tensors)
      let position = Position(index, in: network[network.layers[layer].output].shape)
      comparison.first?.tile = TilePlace(of: position, in: plan.layers[layer])
    }
  }
}

extension Array {
  /// The element, or nil past the end.
  fileprivate subscript(at index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
