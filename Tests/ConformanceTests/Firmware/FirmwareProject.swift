import CEmitter
import Deployment
import Foundation
import GraphImport
import NetworkIR
import Testing

/// A project for PMSIS, built on the stand-in for its calls.
struct FirmwareProject: ~Copyable {
  /// How it is compiled.
  enum Machine: String, CaseIterable, Sendable {
    /// This machine, by its compilers and with the address and undefined-behaviour checks.
    case gcc, clang, sanitized
    /// RV32IMC with its own ABI and alignment, in QEMU.
    case rv32

    /// What `make` is told.
    var variables: [String] {
      ["CC=\(self == .clang ? "clang" : "gcc")"] + (self == .sanitized ? ["SANITIZE=1"] : [])
    }
  }

  let folder: String

  /// Writes files into a folder of its own.
  init(_ files: [GeneratedFile]) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "firmware-\(UUID().uuidString)").path
    for file in files {
      let url = URL(fileURLWithPath: folder + "/" + file.path)
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(file.contents).write(to: url)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// What a program printed, and how it ended.
  struct Outcome {
    var status: Int32
    var text: String

    /// The last column of each layer's row: `equal` or `DIFFERS`.
    var verdicts: [Substring] {
      rows.compactMap { $0.last }.filter { $0 == "equal" || $0 == "DIFFERS" }.dropLast()
    }

    /// Bytes that each core used of its stack.
    var usedStackBytes: [Int] { stackWords.compactMap { $0.split(separator: "/").first.flatMap { Int($0) } } }
    /// Bytes that each core has of stack.
    var stackBytes: [Int] { stackWords.compactMap { $0.split(separator: "/").last.flatMap { Int($0) } } }

    private var rows: [[Substring]] { text.split(separator: "\n").map { $0.split(separator: " ") } }
    private var stackWords: [Substring] {
      rows.first { $0.starts(with: ["bytes", "of", "stack", "used"]) }.map { Array($0.dropFirst(4)) } ?? []
    }
  }

  /// Builds the program, without running it, and gives what the compiler said.
  func build(_ machine: Machine, _ variables: [String] = []) throws -> Outcome {
    try make([machine == .rv32 ? "rv32" : "standin"] + machine.variables + variables)
  }

  /// Builds and runs it.
  ///
  /// - Parameters:
  ///   - machine: for which and on which.
  ///   - seed: the stand-in's choices; 0: every transfer as late as allowed.
  ///   - variables: more for `make`.
  /// - Returns: what the program printed.
  /// - Throws: where it can't be built.
  func run(_ machine: Machine, seed: Int = 0, _ variables: [String] = []) throws -> Outcome {
    let built = try build(machine, ["STANDIN_SEED=\(seed)"] + variables)
    try #require(built.status == 0, "\(built.text)")
    return try make([machine == .rv32 ? "run-rv32" : "run", "STANDIN_SEED=\(seed)"] + machine.variables + variables)
  }

  /// `make -f standin.mk` in the project.
  func make(_ arguments: [String]) throws -> Outcome {
    try Self.command(["make", "--silent", "-j2", "-C", folder, "-f", "standin.mk"] + arguments)
  }

  /// Runs a command to its end; both its streams go through one file, so that no pipe can fill up.
  static func command(_ words: [String]) throws -> Outcome {
    let log = FileManager.default.temporaryDirectory.appending(path: "firmware-\(UUID().uuidString).log")
    try Data().write(to: log)
    defer { try? FileManager.default.removeItem(at: log) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    process.standardInput = FileHandle.nullDevice
    let output = try FileHandle(forWritingTo: log)
    process.standardOutput = output
    process.standardError = output
    try process.run()
    process.waitUntilExit()
    return Outcome(status: process.terminationStatus, text: String(decoding: try Data(contentsOf: log), as: UTF8.self))
  }
}

/// A model with a plan, from which firmware is made.
struct PlannedModel {
  var network: Network
  var plan: DeploymentPlan

  /// Plans a model file.
  ///
  /// - Parameters:
  ///   - path: of the model.
  ///   - l1Bytes: total bytes of L1; nil for gap8's.
  ///   - l2Bytes: total bytes of L2; nil for gap8's.
  ///   - pins: decisions that are fixed, as JSON.
  /// - Throws: where it can't be planned.
  init(path: String, l1Bytes: Int? = nil, l2Bytes: Int? = nil, pins: String? = nil) throws {
    let file = try ModelFile(path: path)
    network = try file.load().network
    var options = PlanningOptions()
    options.l1Bytes = l1Bytes
    options.l2Bytes = l2Bytes
    let pinFile = FileManager.default.temporaryDirectory.appending(path: "pins-\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: pinFile) }
    if let pins {
      try Data(pins.utf8).write(to: pinFile)
      options.pinPath = pinFile.path
    }
    plan = try Pipeline.plan(network, file: file, options: options)
  }

  /// One random inference with the reference's results.
  func sample(seed: UInt64 = 1) throws -> FirmwareSample {
    try ModelRun(network: network, samples: .random(count: 1, seed: seed)).firmwareSample().sample
  }

  /// The project with firmware.
  func files(_ sample: FirmwareSample) throws -> [GeneratedFile] {
    try Pipeline.project(network, plan, sample: sample)
  }
}
