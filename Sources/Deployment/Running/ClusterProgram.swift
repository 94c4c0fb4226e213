import NetworkIR

/// A generated project built for the cluster, with the simulator that runs it.
struct ClusterProgram {
  /// Folder of the generated project.
  var project: String

  /// Runs all samples on one simulator, one after another.
  ///
  /// - Parameters:
  ///   - samples: per sample, per network input, codes in HWC.
  ///   - network: what the project was generated from.
  ///   - timeline: file for the simulator's record of everything that took time; nil for none.
  ///   - progress: told how far it is.
  /// - Returns: everything the program wrote, as far as it came, with its cycles where it came to its end.
  /// - Throws: where the simulator can't be started, or its report is not one.
  func run(
    _ samples: [[[Int32]]], network: Network, timeline: String? = nil, progress: WorkProgress = WorkProgress()
  ) async throws -> ProgramResults {
    let files = try ProgramFiles(samples, of: network)
    let report = files.path("report.json")
    let events = files.path("timeline.json")
    let arguments =
      ["--program", project + "/build/cluster/network.elf", "--configuration", project + "/cluster/target.cfg"]
      + files.arguments(project: project) + ["--report", report] + (timeline == nil ? [] : ["--timeline", events])
    let written = files.progress(of: network)
    let result = try await progress.during({ "on the cluster: \(written.words(ofLayers: true))" }) {
      try await ProcessResult.running(project + "/build/cluster/simulator", arguments)
    }
    // Also of a run that ended in a fault; a run that never began leaves none.
    if let timeline, let record = try? ModelFile.read(events, limitBytes: .max) {
      try OutputFile.write(record, to: timeline)
    }
    var results = files.results(of: network, after: result)
    if result.succeeded {
      results.cycles = try ClusterReport(
        try ModelFile.read(report, limitBytes: .max), samples: samples.count, layers: network.layers.count)
    }
    return results
  }
}
