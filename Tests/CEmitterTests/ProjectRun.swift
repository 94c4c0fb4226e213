import CEmitter
import Foundation
import NetworkIR

/// A generated project in a temporary directory of its own, built and run.
struct ProjectRun {
  let directory: URL
  let network: Network

  /// Why a project could not be built or run.
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// Writes and builds a project.
  init(_ files: [GeneratedFile], network: Network, compiler: String, sanitize: Bool) throws {
    self.network = network
    directory = FileManager.default.temporaryDirectory.appendingPathComponent("dory-\(UUID().uuidString)")
    for file in files {
      let url = directory.appendingPathComponent(file.path)
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(file.contents).write(to: url)
    }
    let options = ["CC=\(compiler)"] + (sanitize ? ["SANITIZE=1"] : [])
    let make = try Self.run("/usr/bin/make", ["-s", "-j2", "-C", directory.path, "host"] + options)
    guard make.status == 0 else { throw Failure(description: make.errors) }
  }

  /// The codes of every layer's output for every sample.
  func layers(_ samples: [[[Int]]]) throws -> [[[Int]]] {
    var input: [UInt8] = []
    for sample in samples {
      for (boundary, codes) in zip(network.inputs, sample) {
        input += codes.flatMap { Self.bytes($0, network[boundary.tensor].type) }
      }
    }
    try Data(input).write(to: directory.appendingPathComponent("in.bin"))
    let run = try simulate([
      "--weights", "weights.bin", "--input", "in.bin", "--output", "out.bin", "--layers", "layers.bin",
    ])
    guard run.status == 0 else { throw Failure(description: "status \(run.status): \(run.errors)") }
    var bytes = [UInt8](try Data(contentsOf: directory.appendingPathComponent("layers.bin")))[...]
    return samples.map { _ in
      network.layers.map { layer in
        let tensor = network[layer.output]
        let part = bytes.prefix(tensor.bytes)
        bytes = bytes.dropFirst(tensor.bytes)
        return Self.codes(Array(part), tensor.type)
      }
    }
  }

  /// Runs the built network with some arguments, in its directory.
  func simulate(_ arguments: [String]) throws -> (status: Int32, errors: String) {
    try Self.run(directory.appendingPathComponent("build/host/network").path, arguments, in: directory)
  }

  func remove() { try? FileManager.default.removeItem(at: directory) }

  static func run(_ program: String, _ arguments: [String], in directory: URL? = nil) throws -> (
    status: Int32, errors: String
  ) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.currentDirectoryURL = directory
    let errors = Pipe()
    process.standardError = errors
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }

  private static func bytes(_ code: Int, _ type: ElementType) -> [UInt8] {
    (0..<type.bits / 8).map { UInt8(truncatingIfNeeded: code >> ($0 * 8)) }
  }

  private static func codes(_ bytes: [UInt8], _ type: ElementType) -> [Int] {
    let width = type.bits / 8
    return stride(from: 0, to: bytes.count, by: width).map { start in
      let code = bytes[start..<start + width].reversed().reduce(0) { $0 << 8 | Int($1) }
      return type.isSigned && code > type.range.upperBound ? code - 1 << type.bits : code
    }
  }
}
