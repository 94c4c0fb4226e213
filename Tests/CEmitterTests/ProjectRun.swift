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
    // Clang's sanitizers take long to compile what is optimised.
    let sanitized = ["SANITIZE=1", "OPTIMIZE=-O\(compiler == "clang" ? 0 : 1)"]
    let options = ["CC=\(compiler)"] + (sanitize ? sanitized : [])
    let make = try Self.run("/usr/bin/make", ["-s", "-j2", "-C", directory.path, "host"] + options)
    guard make.status == 0 else { throw Failure(description: make.errors) }
  }

  /// The codes of every layer's output for every sample; `timing` says when copies arrive.
  func layers(_ samples: [[[Int]]], timing: [String] = []) throws -> [[[Int]]] {
    var input: [UInt8] = []
    for sample in samples {
      for (boundary, codes) in zip(network.inputs, sample) {
        input += Self.bytes(codes, network[boundary.tensor])
      }
    }
    try Data(input).write(to: directory.appendingPathComponent("in.bin"))
    let run = try simulate(
      ["--weights", "weights.bin", "--input", "in.bin", "--output", "out.bin", "--layers", "layers.bin"] + timing)
    guard run.status == 0 else { throw Failure(description: "status \(run.status): \(run.errors)") }
    var bytes = [UInt8](try Data(contentsOf: directory.appendingPathComponent("layers.bin")))[...]
    return try samples.map { _ in
      try network.layers.map { layer in
        let tensor = network[layer.output]
        let part = bytes.prefix(tensor.bytes)
        bytes = bytes.dropFirst(tensor.bytes)
        guard let codes = Self.codes(Array(part), tensor) else {
          throw Failure(description: "\(layer.name): bits between pixels")
        }
        return codes
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

  /// The codes of a tensor, one pixel after another, each from a byte of its own on, lowest bits first.
  private static func bytes(_ codes: [Int], _ tensor: Tensor) -> [UInt8] {
    stride(from: 0, to: codes.count, by: tensor.shape.channels).flatMap { pixel -> [UInt8] in
      var bytes = [UInt8](repeating: 0, count: (tensor.shape.channels * tensor.type.bits + 7) / 8)
      for bit in 0..<tensor.shape.channels * tensor.type.bits {
        let code = codes[pixel + bit / tensor.type.bits]
        bytes[bit / 8] |= UInt8(code >> (bit % tensor.type.bits) & 1) << UInt8(bit % 8)
      }
      return bytes
    }
  }

  /// The inverse of `bytes`; nil where a bit between pixels is set.
  private static func codes(_ bytes: [UInt8], _ tensor: Tensor) -> [Int]? {
    let bits = tensor.type.bits
    let pixelBytes = (tensor.shape.channels * bits + 7) / 8
    var codes: [Int] = []
    for pixel in stride(from: 0, to: bytes.count, by: pixelBytes) {
      let set = (0..<pixelBytes * 8).map { Int(bytes[pixel + $0 / 8] >> UInt8($0 % 8) & 1) }
      guard set.dropFirst(tensor.shape.channels * bits).allSatisfy({ $0 == 0 }) else { return nil }
      for channel in 0..<tensor.shape.channels {
        let code = (0..<bits).reduce(0) { $0 | set[channel * bits + $1] << $1 }
        codes.append(tensor.type.isSigned && code > tensor.type.range.upperBound ? code - 1 << bits : code)
      }
    }
    return codes
  }
}
