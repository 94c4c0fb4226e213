import NetworkIR

/// When the transfers of the host's simulator deliver.
package enum TransferTiming: Sendable, Equatable {
  /// At the wait: the harshest for code that reads too early.
  case late
  /// Each at its start or at its wait, by chance.
  case seeded(UInt64)
  /// At once, without checks for transfers under way.
  case fast

  var arguments: [String] {
    switch self {
    case .late: []
    case .seeded(let seed): ["--dma-seed", "\(seed)"]
    case .fast: ["--fast"]
    }
  }
}

/// A generated project built for the machine that the tool runs on.
struct HostProgram {
  /// Folder of the generated project.
  var project: String

  /// Runs all samples in one process.
  ///
  /// - Parameters:
  ///   - samples: per sample, per network input, codes in HWC.
  ///   - network: what the project was generated from.
  ///   - timing: when transfers deliver.
  /// - Returns: everything the program wrote, as far as it came.
  /// - Throws: where the program can't be started.
  func run(
    _ samples: [[[Int32]]], network: Network, timing: TransferTiming = .late
  ) async throws -> ProgramResults {
    let files = try ProgramFiles(samples, of: network)
    let result = try await ProcessResult.running(
      project + "/build/host/network", files.arguments(project: project) + timing.arguments)
    return files.results(of: network, after: result)
  }
}
