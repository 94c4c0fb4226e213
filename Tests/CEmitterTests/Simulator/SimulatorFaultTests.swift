import Foundation
import Templates
import Testing

/// The host simulator on a layer written by hand, right or with one mistake in it.
struct SimulatorFaultTests {
  /// A mistake of `faults.c`, the kind of fault that it is, and what else the fault says.
  struct Mistake: Sendable, CustomTestStringConvertible {
    var name: String
    var kind: String
    var saying: [String]

    init(_ name: String, _ kind: String, _ saying: String...) {
      (self.name, self.kind, self.saying) = (name, kind, saying)
    }

    var testDescription: String { name }
  }

  static let inKernels = [
    Mistake("race of two writes", "race", "core 1 writes byte 32 of L1, byte 0 of the output", "core 0 writes it"),
    Mistake("race of a read and a write", "race", "byte 35 of L1, byte 3 of the output"),
    Mistake("read beyond the tile", "beyond the tile", "core 1 reads byte 31 of L1", "'add input0'"),
    Mistake("write beyond the tile", "beyond the tile", "core 1 writes byte 63 of L1", "'add output'"),
    Mistake("memset beyond the tile", "beyond the tile", "20 bytes, among them byte 48 of L1"),
    Mistake("memset of a length that is not known", "beyond the tile", "20 bytes, among them byte 48 of L1"),
    Mistake("memcpy over the input", "write to an input", "3 bytes, among them byte 0 of L1, byte 0 of input 0"),
    Mistake("memmove beyond the tile", "beyond the tile", "writes 2 bytes, among them byte 48 of L1"),
    Mistake("memcmp beyond the tile", "beyond the tile", "reads 16 bytes, among them byte 16 of L1"),
    Mistake("change of what was not written", "never written", "reads byte 41 of L1"),
    Mistake("variable of all cores", "shared variable", "core 1 writes 4 bytes that all cores have"),
    Mistake("variable of who starts kernels", "shared variable", "core 1 writes 4 bytes that all cores have"),
    Mistake("far below L1", "outside of memory", "reads 1 bytes at byte -70000 of L1, which has 64"),
    Mistake("write to the input", "write to an input", "byte 0 of input 0"),
    Mistake("past the end of L1", "outside of memory", "writes byte 64 of L1"),
    Mistake("where the host has no memory", "outside of memory", "writes 1 bytes at byte 175921860"),
    Mistake("read of what was not written", "never written", "reads byte 41 of L1, byte 9 of the output"),
    Mistake("misaligned word", "misaligned", "4 bytes, among them byte 37 of L1"),
    Mistake("no wait for the input", "read before the wait", "byte 0 of input 0; that copy was started at"),
    Mistake("kernel during the store", "write before the wait", "byte 32 of L1, byte 0 of the output"),
    Mistake("copy that does not arrive", "never written", "core 3 reads byte 15 of L1, byte 15 of input 0"),
    Mistake("access outside of kernels", "outside of kernels", "writes byte 0 of L2, byte 0 of 'input'"),
    Mistake("memset outside of kernels", "outside of kernels", "writes 4 bytes, among them byte 0 of L1"),
  ]
  static let inTiles = [
    Mistake("tile of no rows", "no tile of the layer", "0 rows from 0 on, of 2"),
    Mistake("tile past the last column", "no tile of the layer", "16 columns from 1 on, of 16"),
    Mistake("tile out of L1", "outside of memory", "the output of 16 bytes from byte 64 of L1 on"),
  ]
  static let inTransfers = [
    Mistake("copy out of L2", "outside of memory", "bytes 4096 to 4112 of L2, which has 128"),
    Mistake("copy where nothing lies", "outside of every tensor", "byte 96 of L2"),
    Mistake("copy of what has ended", "read after its end", "byte 64 of L2 is read", "to byte 0 of L1 in 'add input0'"),
    Mistake("copy of what makes words", "beyond a buffer", "15 bytes from byte 64 of L2 on; 'later' ends at byte 78"),
    Mistake("copy past a slot", "beyond a buffer", "20 bytes from byte 0 of L1 on; 'add input0' ends at byte 16"),
    Mistake("more than the head", "beyond a buffer", "24 bytes from byte 104 of L2 on; 'head' ends at byte 120"),
    Mistake("two slots at once", "beyond a buffer", "16 bytes from byte 104 of L2 on; 'head' ends at byte 112"),
    Mistake("empty copy", "empty transfer", "a copy of 1 x 0 bytes, from byte "),
    Mistake("lines over one another", "lines overlap", "lines of 8 bytes have strides of 8 and 4"),
    Mistake("copy without a group", "not open", "the group that it joins is not open"),
    Mistake(
      "two copies to one place", "transfers overlap", "from byte 0 of L2 in 'input' to byte 0 of L1 in 'add input0'"),
    Mistake("no wait for the output", "never waited for", "2 copies, the first of 1 x 16 bytes to 32 of L2"),
    Mistake("request started twice", "started twice", "16 bytes"),
    Mistake("misaligned request", "misaligned", "a copy of 16 bytes from 2 of L3 to 64 of L2"),
  ]

  @Test(arguments: ["gcc", "clang"])
  func `every mistake is a fault with its name, tile, byte and line of C, and what is right is none`(
    compiler: String
  ) throws {
    let program = try Self.build(compiler)
    defer { try? FileManager.default.removeItem(at: program.deletingLastPathComponent()) }
    for options in [[], ["--dma-seed", "1"], ["--core-seed", "1", "--dma-seed", "2"], ["--threads"]] {
      let right = try Self.run(program, mistake: "", options)
      #expect(right.status == 0 && right.errors.isEmpty, "\(options): \(right.errors)")
    }
    let same = try Self.run(program, mistake: "the same written twice", ["--core-seed", "5"])
    #expect(same.status == 0 && same.errors.isEmpty, "\(same.errors)")
    for mistake in Self.inKernels + Self.inTiles + Self.inTransfers {
      let (status, errors) = try Self.run(program, mistake: mistake.name, [])
      #expect(status == 3 && errors.hasPrefix("fault: \(mistake.kind): "), "\(mistake.name): \(errors)")
      for text in mistake.saying { #expect(errors.contains(text), "\(mistake.name): \(errors)") }
    }
    for mistake in Self.inKernels + Self.inTransfers {
      let errors = try Self.run(program, mistake: mistake.name, []).errors
      #expect(errors.contains(/; at \S*faults\.c:[0-9?]+ \(\w+\)\n$/), "\(mistake.name): \(errors)")
    }
    for mistake in Self.inTransfers where !["never waited for", "started twice", "misaligned"].contains(mistake.kind) {
      let errors = try Self.run(program, mistake: mistake.name, []).errors
      let copy = /; a copy of \d+ x \d+ bytes, from byte \d+ of L\d( in '.+')? to byte \d+ of L\d( in '.+')?; at\s/
      #expect(errors.contains(copy), "\(mistake.name): \(errors)")
    }
    for mistake in Self.inKernels where mistake.kind != "outside of kernels" {
      let errors = try Self.run(program, mistake: mistake.name, []).errors
      #expect(
        errors.contains("layer add, tile of rows 0 to 0, columns 0 to 15, channels 0 to 0, pass 0: "), "\(errors)")
    }
  }

  @Test func `mistakes of kernels are found whatever the order of the cores and of the data`() throws {
    let program = try Self.build("gcc")
    defer { try? FileManager.default.removeItem(at: program.deletingLastPathComponent()) }
    // What threads write to one byte, and when, is not known.
    for mistake in Self.inKernels {
      for options in [["--threads"], ["--core-seed", "3", "--dma-seed", "4"]] {
        guard options != ["--threads"] || mistake.name != "race of two writes" else { continue }
        let (status, errors) = try Self.run(program, mistake: mistake.name, options)
        #expect(status == 3 && errors.hasPrefix("fault: "), "\(mistake.name), \(options): \(errors)")
      }
    }
  }

  /// Compiles the layer as a generated project's Makefile does with CHECK=1.
  private static func build(_ compiler: String) throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("dory-\(UUID().uuidString)")
    for file in Templates.files where file.path.hasPrefix("simulator/") || file.path.hasPrefix("runtime/") {
      let url = folder.appendingPathComponent(file.path)
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(file.contents).write(to: url)
    }
    let layer = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("faults.c")
    try FileManager.default.copyItem(at: layer, to: folder.appendingPathComponent("faults.c"))
    try Data(count: 64).write(to: folder.appendingPathComponent("weights.bin"))
    try Data((0..<32).map { UInt8($0 * 7) }).write(to: folder.appendingPathComponent("input.bin"))
    let flags = """
      -std=gnu11 -O1 -g -fno-pie -Wall -Wextra -Werror -Isimulator -Iruntime -DSIMULATOR_CHECKED -fsanitize=undefined \
      -fno-sanitize=alignment -fno-sanitize-recover=all
      """
    let commands = """
      watched="-fsanitize=thread -include simulator/simulator_calls.h"
      case \(compiler) in *clang) watched="$watched -mllvm -tsan-instrument-read-before-write=1" ;; esac
      \(compiler) \(flags) $watched -c faults.c -o faults.o
      \(compiler) \(flags) -no-pie -pthread simulator/*.c runtime/dory_tiling.c faults.o -o faults
      """
    let result = try ProjectRun.run("/bin/sh", ["-ec", commands], in: folder)
    guard result.status == 0 else { throw ProjectRun.Failure(description: result.errors) }
    return folder.appendingPathComponent("faults")
  }

  private static func run(_ program: URL, mistake: String, _ options: [String]) throws -> (
    status: Int32, errors: String
  ) {
    try ProjectRun.run(
      "/usr/bin/env",
      [
        "MISTAKE=\(mistake)", program.path, "--weights", "weights.bin", "--input", "input.bin", "--output",
        "output.bin",
      ]
        + options, in: program.deletingLastPathComponent())
  }
}
