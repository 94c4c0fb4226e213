package import CEmitter
package import NetworkIR
import Reference

/// One or more inferences whose outputs are wanted, not compared.
package struct ModelRun: Sendable {
  /// Where to run: the exact reference, or the generated C on one of its machines.
  package enum Backend: String, Sendable, CaseIterable { case reference, host, cluster }

  package var network: Network
  package var samples: SampleSource

  package init(network: Network, samples: SampleSource) {
    self.network = network
    self.samples = samples
  }

  /// Codes per sample: outputs in the network's order, and the output of each layer; HWC.
  package struct Results: Sendable {
    package var outputs: [[[Int32]]]
    package var layers: [[[Int32]]]
    /// On the cluster.
    package var measurement: MeasuredInference?
    /// How the inputs were read, where that is not plain.
    package var remarks: [Diagnostic]
  }

  /// Evaluates the exact reference.
  package func onReference(_ progress: WorkProgress = WorkProgress()) throws -> Results {
    let executor = ReferenceExecutor(network)
    let data = try samples.load(for: network)
    var results = Results(outputs: [], layers: [], measurement: nil, remarks: data.remarks)
    let count = SampleCount(of: data.samples.count)
    try progress.doing({ "reference: \(count.words)" }) {
      for sample in data.samples {
        let tensors = try executor.run(sample)
        results.outputs.append(network.outputs.map { tensors[$0.tensor] })
        results.layers.append(network.layers.map { tensors[$0.output] })
        count.add()
      }
    }
    return results
  }

  /// The first sample with its results on the exact reference, for firmware to check itself with.
  ///
  /// - Returns: the sample, and how the inputs were read where that is not plain.
  /// - Throws: `Refusal` where the inputs do not fit the network.
  package func firmwareSample() throws -> (sample: FirmwareSample, remarks: [Diagnostic]) {
    let data = try samples.load(for: network)
    let inputs = data.samples[0]
    let tensors = try ReferenceExecutor(network).run(inputs)
    let sample = FirmwareSample(inputs: inputs, layers: network.layers.map { tensors[$0.output] })
    return (sample, data.remarks)
  }

  /// Builds and runs the plan's C on this machine.
  ///
  /// - Throws: `Refusal` where the build fails or the simulator reports a fault.
  package func onHost(_ plan: DeploymentPlan, _ progress: WorkProgress = WorkProgress()) async throws -> Results {
    try await onProgram(of: plan) { project, samples in
      try await project.host(.plain, progress).run(samples, network: network, progress: progress)
    }
  }

  /// Builds and runs the plan's C on the simulated cluster.
  ///
  /// - Parameters:
  ///   - plan: what the C is generated from.
  ///   - timeline: file for the simulator's record of everything that took time; nil for none.
  ///   - progress: told how far it is.
  /// - Returns: its results, with the cycles they took.
  /// - Throws: `Refusal` where the build fails or the simulator reports a fault.
  package func onCluster(
    _ plan: DeploymentPlan, timeline: String? = nil, _ progress: WorkProgress = WorkProgress()
  ) async throws -> Results {
    try await onProgram(of: plan) { project, samples in
      try await project.cluster(progress).run(samples, network: network, timeline: timeline, progress: progress)
    }
  }

  private func onProgram(
    of plan: DeploymentPlan, run: (ProjectFolder, [[[Int32]]]) async throws -> ProgramResults
  ) async throws -> Results {
    let data = try samples.load(for: network)
    let folder = try TemporaryFolder()
    let project = try ProjectFolder(try Pipeline.project(network, plan), at: folder.path + "/project")
    let results = try await run(project, data.samples)
    guard results.faults.isEmpty else {
      throw Refusal(results.faults.map { Diagnostic(code: "DG0032", message: $0) })
    }
    return Results(
      outputs: results.outputs, layers: results.layers,
      measurement: results.cycles.flatMap { MeasuredInference($0, plan: plan) }, remarks: data.remarks)
  }

  /// Writes results, all samples of a tensor stacked, each in the model's own layout: every file or none.
  ///
  /// - Parameters:
  ///   - results: of a run of the network.
  ///   - outputFolder: for `output<k>.npy`; nil to leave them out.
  ///   - layerFolder: for `<layer name>.npy`; nil to leave them out.
  /// - Throws: `Refusal` where a file can't be written.
  package func write(_ results: Results, outputs outputFolder: String?, layers layerFolder: String?) throws(Refusal) {
    var files: [PlacedFile] = []
    if let outputFolder {
      files += network.outputs.enumerated().map { index, boundary in
        file("\(outputFolder)/output\(index).npy", results.outputs.map { $0[index] }, of: network[boundary.tensor])
      }
    }
    if let layerFolder {
      files += network.layers.enumerated().map { index, layer in
        file("\(layerFolder)/\(layer.name).npy", results.layers.map { $0[index] }, of: network[layer.output])
      }
    }
    try OutputFile.write(all: files)
  }

  private func file(_ path: String, _ samples: [[Int32]], of tensor: Tensor) -> PlacedFile {
    let own = tensor.origin.dimensions
    let dimensions = [samples.count] + (own.first == 1 ? own.dropFirst() : own[...])
    let stacked = samples.flatMap { tensor.origin.modelOrder($0) }
    return PlacedFile(path: path, bytes: NPY.encode(stacked, type: tensor.type, dimensions: dimensions))
  }
}
