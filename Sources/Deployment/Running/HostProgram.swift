import CEmitter
import Foundation
import NetworkIR
import Subprocess
import SystemPackage

/// When the simulator's transfers deliver.
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

  /// Writes the project's files and builds its host back-end.
  ///
  /// - Throws: `Refusal` with the compiler's output where the build fails.
  static func build(_ files: [GeneratedFile], in folder: String, sanitize: Bool) async throws -> HostProgram {
    try OutputFolder.write(files, to: folder)
    let arguments = ["-C", folder, "-j2", "host"] + (sanitize ? ["SANITIZE=1"] : [])
    let result: ProcessResult
    do {
      result = try await ProcessResult.running("make", arguments)
    } catch {
      throw Refusal(
        Diagnostic(
          code: "DG0030", message: "make can't be started: \(error)", hint: "install make and a C compiler"))
    }
    guard result.succeeded else {
      throw Refusal(
        Diagnostic(
          code: "DG0031", message: "the generated C was not compiled:\n\(result.output)",
          hint: "check that 'cc' is a working C compiler; if it is, this is a fault of dory-gen"))
    }
    return HostProgram(project: folder)
  }

  /// What a run left.
  struct Results {
    /// Per sample, per network output, per layer: codes, HWC.
    var outputs: [[[Int32]]]
    var layers: [[[Int32]]]
    /// What the simulator found wrong, a line each; the results end where it stopped.
    var faults: [String]
  }

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
  ) async throws -> Results {
    let folder = try TemporaryFolder()
    let input = samples.flatMap { sample in
      zip(sample, network.inputs).flatMap { network[$1.tensor].type.packed($0, shape: network[$1.tensor].shape) }
    }
    let inputPath = folder.path + "/input.bin"
    let outputPath = folder.path + "/output.bin"
    let layersPath = folder.path + "/layers.bin"
    try Data(input).write(to: URL(fileURLWithPath: inputPath))
    let result = try await ProcessResult.running(
      project + "/build/host/network",
      [
        "--weights", project + "/weights.bin", "--input", inputPath, "--output", outputPath, "--layers", layersPath,
        "--samples", "\(samples.count)",
      ] + timing.arguments)
    let faults = result.succeeded ? [] : result.faultLines
    let outputs = network.outputs.map { network[$0.tensor] }
    let layers = network.layers.map { network[$0.output] }
    return Results(
      outputs: Self.unpack(try? ModelFile.read(outputPath), tensors: outputs, samples: samples.count),
      layers: Self.unpack(try? ModelFile.read(layersPath), tensors: layers, samples: samples.count), faults: faults)
  }

  /// Splits a stream of packed tensors; stops at the first that is not there in full.
  private static func unpack(_ bytes: [UInt8]?, tensors: [Tensor], samples: Int) -> [[[Int32]]] {
    guard let bytes else { return [] }
    var position = 0
    var result: [[[Int32]]] = []
    for _ in 0..<samples {
      var sample: [[Int32]] = []
      for tensor in tensors {
        guard position + tensor.bytes <= bytes.count else { return sample.isEmpty ? result : result + [sample] }
        let slice = bytes[position..<position + tensor.bytes]
        sample.append(tensor.type.codes(from: slice, shape: tensor.shape))
        position += tensor.bytes
      }
      result.append(sample)
    }
    return result
  }
}

/// How a child process ended, and what it printed on both streams.
struct ProcessResult {
  var succeeded: Bool
  var output: String
  var status: String

  /// Runs a program to its end. Its standard input is empty.
  static func running(_ program: String, _ arguments: [String]) async throws -> ProcessResult {
    let executable: Executable = program.contains("/") ? .path(FilePath(program)) : .name(program)
    let result = try await run(
      executable, arguments: Arguments(arguments),
      // A make that this tool itself runs under must not reach into the one it starts.
      environment: .inherit.updating(["MAKEFLAGS": nil, "MAKELEVEL": nil, "MFLAGS": nil]),
      output: .string(limit: 1 << 22),
      error: .string(limit: 1 << 22))
    return ProcessResult(
      succeeded: result.terminationStatus.isSuccess,
      output: result.standardError + result.standardOutput,
      status: "\(result.terminationStatus)")
  }

  /// What to report of a run that failed: the program's own words, or how it ended.
  var faultLines: [String] {
    let lines = output.split(whereSeparator: \.isNewline).map(String.init)
    return lines.isEmpty ? ["the program ended with \(status) and said nothing"] : lines
  }
}
