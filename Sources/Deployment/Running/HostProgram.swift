import NetworkIR

/// How a project is compiled for the machine that the tool runs on.
package enum HostBuild: Sendable, Equatable, CaseIterable {
  /// For speed.
  case plain
  /// With the compiler's address and undefined-behaviour checks.
  case sanitized
  /// With undefined-behaviour checks, and a check of every access to simulated memory.
  case checked

  /// What make is told.
  var variables: [String] {
    switch self {
    case .plain: []
    case .sanitized: ["SANITIZE=1"]
    case .checked: ["CHECK=1"]
    }
  }
}

/// When the transfers of the host's simulator deliver.
package enum TransferTiming: Sendable, Equatable {
  /// At the wait: the harshest for code that reads too early.
  case late
  /// In pieces, at random moments up to the wait.
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

/// In which order the cores of the host's simulator work.
package enum CoreOrder: Sendable, Equatable {
  /// One after another.
  case sequence
  /// At the same time.
  case threads
  /// In turns of random length; the build must be `checked`.
  case interleaved(UInt64)

  var arguments: [String] {
    switch self {
    case .sequence: []
    case .threads: ["--threads"]
    case .interleaved(let seed): ["--core-seed", "\(seed)"]
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
  ///   - order: of the cores.
  ///   - progress: told how far it is.
  /// - Returns: everything the program wrote, as far as it came.
  /// - Throws: where the program can't be started.
  func run(
    _ samples: [[[Int32]]], network: Network, timing: TransferTiming = .late, order: CoreOrder = .sequence,
    progress: WorkProgress = WorkProgress()
  ) async throws -> ProgramResults {
    let files = try ProgramFiles(samples, of: network)
    let (written, arguments) = (files.progress(of: network), files.arguments(project: project))
    let result = try await progress.during({ "on the host: \(written.words(ofLayers: false))" }) {
      try await ProcessResult.running(
        project + "/build/host/network", arguments + timing.arguments + order.arguments)
    }
    return files.results(of: network, after: result)
  }
}
