import CEmitter
import Deployment
import Foundation
import GraphImport
import NetworkIR
import Testing

/// Firmware of the project's own example, on the stand-in for PMSIS. Every layer is checked by the firmware itself, against
/// checksums of what the exact reference gives.
@Suite(.serialized)
struct FirmwareTests {
  private static let model = SharedNetworks.ownExample + "/digits.tflite"

  @Test(
    arguments: FirmwareProject.Machine.allCases.map { ($0, 0) } + [(.gcc, 1), (.sanitized, 2), (.rv32, 3)])
  func `every layer is as the reference has it, whenever transfers complete`(
    machine: FirmwareProject.Machine, seed: Int
  ) throws {
    let model = try PlannedModel(path: Self.model)
    let outcome = try FirmwareProject(try model.files(try model.sample())).run(machine, seed: seed)
    #expect(outcome.status == 0, "\(outcome.text)")
    #expect(outcome.verdicts == model.plan.layers.map { _ in "equal" })
  }

  /// 16 KiB of L1, and so little L2 that weights stream.
  @Test(arguments: [FirmwareProject.Machine.sanitized, .rv32])
  func `every layer is right where weights are streamed`(machine: FirmwareProject.Machine) throws {
    let model = try PlannedModel(path: Self.model, l1Bytes: 18_432, l2Bytes: 131_072)
    #expect(model.plan.layers.contains { $0.constants?.level == .l3 })
    let outcome = try FirmwareProject(try model.files(try model.sample(seed: 2))).run(machine)
    #expect(outcome.status == 0, "\(outcome.text)")
    #expect(outcome.verdicts == model.plan.layers.map { _ in "equal" })
  }

  @Test func `stacks are as large as the plan says, and no core needs more`() throws {
    let model = try PlannedModel(path: Self.model)
    let outcome = try FirmwareProject(try model.files(try model.sample())).run(.rv32)
    #expect(outcome.status == 0, "no guard at the end of a stack was written: \(outcome.text)")
    let stacks = model.plan.target.figures.l1
    #expect(
      outcome.stackBytes == [stacks.masterStackBytes] + Array(repeating: stacks.workerStackBytes, count: 7))
    #expect(zip(outcome.usedStackBytes, outcome.stackBytes).allSatisfy { 0 < $0 && $0 <= $1 }, "\(outcome.text)")
  }

  /// With room below the stack, so that what overflows damages nothing and the program comes to its end.
  @Test func `a stack that is too small is noticed`() throws {
    let model = try PlannedModel(path: Self.model)
    var files = try model.files(try model.sample())
    let area = try #require(try files.text("network.h").firstMatch(of: /NETWORK_L1_BYTES +\d+/))
    try files.replace("network.h", String(area.0), "NETWORK_L1_BYTES 40000")
    try files.replace("pmsis/pmsis_plan.h", "PMSIS_MASTER_STACK_BYTES 2432", "PMSIS_MASTER_STACK_BYTES 1024")
    let outcome = try FirmwareProject(files).run(.rv32)
    #expect(outcome.status != 0)
    #expect(outcome.text.contains("the stack of a core of the cluster is too small"), "\(outcome.text)")
  }

  @Test(arguments: [FirmwareProject.Machine.gcc, .rv32])
  func `a weight that changed is reported at its layer`(machine: FirmwareProject.Machine) throws {
    let model = try PlannedModel(path: Self.model)
    let sample = try model.sample()
    for layer in [0, 5] {
      let flipped = try model.flippingWeight(of: layer, sample)
      let outcome = try FirmwareProject(try flipped.files(sample)).run(machine)
      #expect(outcome.status != 0)
      #expect(outcome.verdicts.firstIndex(of: "DIFFERS") == layer)
      #expect(outcome.text.contains("error: layer '\(model.plan.layers[layer].name)' is the first of"))
    }
  }

  @Test func `weights of another build are refused before the first inference`() throws {
    let model = try PlannedModel(path: Self.model)
    var files = try model.files(try model.sample())
    let index = try #require(files.firstIndex { $0.path == "weights.bin" })
    files[index].contents[files[index].contents.count / 2] ^= 1
    let outcome = try FirmwareProject(files).run(.gcc)
    #expect(outcome.status != 0 && outcome.text.contains("error: 'weights.bin' is not of this network"))
    #expect(outcome.verdicts == [])
  }

  /// The program of the test opens the network twice and uses the interface wrongly in between.
  @Test(arguments: FirmwareProject.Machine.allCases, ["L2", "RAM"])
  func `wrong uses of the interface are refused, and a closed network opens again`(
    machine: FirmwareProject.Machine, level: String
  ) throws {
    let name = try ModelFile(path: Self.model).load().network.tensors[0].name
    let pins = #"{"tensors": [{"name": "\#(name)", "level": "l3"}]}"#
    let model = try PlannedModel(path: Self.model, pins: level == "RAM" ? pins : nil)
    let program = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Programs/interface.c")
    let contents = [UInt8](try Data(contentsOf: program))
    let files = try model.files(try model.sample()) + [GeneratedFile(path: "interface.c", contents: contents)]
    let outcome = try FirmwareProject(files).run(machine, ["MAIN=interface.c"])
    #expect(outcome.status == 0 && outcome.text == "the input lies in \(level)\n", "\(outcome.text)")
  }

  @Test func `a file that is not there and a memory that is too small are named`() throws {
    let model = try PlannedModel(path: Self.model)
    let files = try model.files(try model.sample())
    let missing = try FirmwareProject(files.filter { $0.path != "weights.bin" }).run(.gcc)
    #expect(missing.status != 0 && missing.text.contains("error: the flash has no file 'weights.bin'"))
    var large = files
    let line = try #require(try files.text("pmsis/pmsis_plan.h").firstMatch(of: /PMSIS_RAM_BYTES \d+u/))
    try large.replace("pmsis/pmsis_plan.h", String(line.0), "PMSIS_RAM_BYTES 9000000u")
    let full = try FirmwareProject(large).run(.gcc)
    #expect(full.status != 0 && full.text.contains("error: the external RAM has too little left"), "\(full.text)")
  }

  @Test(arguments: FirmwareProject.Machine.allCases)
  func `a release build and the example of an application run without the checks`(
    machine: FirmwareProject.Machine
  ) throws {
    let model = try PlannedModel(path: Self.model)
    let project = try FirmwareProject(try model.files(try model.sample()))
    let release = try project.run(machine, ["CHECK=0"])
    #expect(release.status == 0 && release.verdicts == [] && release.text.hasPrefix("output '"), "\(release.text)")
    let example = try project.run(machine, ["CHECK=0", "MAIN=pmsis/pmsis_example.c"])
    #expect(example.status == 0, "\(example.text)")
    #expect(example.text.split(separator: "\n").map { $0.prefix(8) } == ["frame 0:", "frame 1:", "frame 2:"])
  }

  /// The stand-in's checksum of the output is the reference's.
  @Test func `outputs are those of the reference`() throws {
    let model = try PlannedModel(path: Self.model)
    let sample = try model.sample(seed: 3)
    let outcome = try FirmwareProject(try model.files(sample)).run(.gcc)
    let output = model.network[model.network.outputs[0].tensor]
    let layer = try #require(model.network.layers.firstIndex { $0.output == model.network.outputs[0].tensor })
    let checksum = Checksum.crc32(output.type.packed(sample.layers[layer], shape: output.shape))
    #expect(outcome.text.contains(String(format: "%d bytes, CRC-32 0x%08x", output.bytes, checksum)), "\(outcome.text)")
  }

  /// By the map of a linker that drops what is not used; see Benchmarks/firmware.
  @Test(arguments: ["portable", "xpulp"])
  func `code, constants and variables are no more than the plan has for them`(spelling: String) throws {
    let model = try PlannedModel(path: Self.model)
    let project = try FirmwareProject(try model.files(try model.sample()))
    let script = """
      import sys, pathlib; sys.path.insert(0, sys.argv[1]); sys.dont_write_bytecode = True
      import program
      project, folder = pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[2] + "/sizes")
      objects = program.compiled(project, folder, sys.argv[3])
      print("bytes", sum(size for _, _, _, size in program.sections(program.linked(objects, folder / project.name))))
      """
    let tools = SharedNetworks.ownExample + "/../../Benchmarks/firmware"
    let outcome = try FirmwareProject.command(["python3", "-c", script, tools, project.folder, spelling])
    let taken = try #require(outcome.text.firstMatch(of: /bytes (\d+)/).flatMap { Int($0.1) }, "\(outcome.text)")
    let items = try #require(model.plan.budgets.first { $0.level == .l2 }).items
    let planned = items.reduce(0) { ["code", "tables"].contains($1.name) ? $0 + $1.bytes : $0 }
    #expect(20_000 < taken && taken <= planned)
  }

  @Test func `the program needs nothing of libc but copying and filling, and allocates nothing after its start`() throws
  {
    let model = try PlannedModel(path: Self.model)
    let project = try FirmwareProject(try model.files(try model.sample()))
    let built = try project.build(.rv32, ["CHECK=0"])
    try #require(built.status == 0, "\(built.text)")
    let symbols = try Symbols(folder: project.folder + "/build/rv32")
    // The application prints.
    let needed = symbols.undefined { !$0.hasPrefix("pmsis_standin/") && $0 != "pmsis/pmsis_main.o" }
    let own = symbols.defined { !$0.hasPrefix("pmsis_standin/") }
    let library = try Symbols.ofCompilerLibrary()
    let foreign = needed.subtracting(own).subtracting(library).filter { !$0.hasPrefix("pi_") }
    #expect(foreign.isSubset(of: ["memcpy", "memset"]), "\(foreign.sorted())")
    let allocating = symbols.files { $0.contains("alloc") }.filter { !$0.hasPrefix("pmsis_standin/") }
    #expect(allocating == ["pmsis/pmsis_network.o", "pmsis/pmsis_storage.o"], "in network_open alone")
  }
}

extension [GeneratedFile] {
  /// The text of a file.
  func text(_ path: String) throws -> String {
    String(decoding: try #require(first { $0.path == path }).contents, as: UTF8.self)
  }

  /// Replaces text in a file that must contain it.
  mutating func replace(_ path: String, _ text: String, _ other: String) throws {
    let index = try #require(firstIndex { $0.path == path })
    let old = String(decoding: self[index].contents, as: UTF8.self)
    try #require(old.contains(text), "\(path) has no '\(text)'")
    self[index].contents = [UInt8](old.replacing(text, with: other).utf8)
  }
}

extension PlannedModel {
  /// The same with one weight of a layer changed so that the layer's output for a sample changes.
  func flippingWeight(of layer: Int, _ sample: FirmwareSample) throws -> PlannedModel {
    guard case .convolution(let convolution) = network.layers[layer].operation else {
      throw FlipFailure(description: "layer \(layer) has no weights")
    }
    for index in stride(from: convolution.weights.count / 2, to: convolution.weights.count, by: 7) {
      var changed = convolution
      changed.weights[index] = convolution.weights[index] > 0 ? -64 : 64
      var model = self
      model.network.layers[layer].operation = .convolution(changed)
      let run = ModelRun(network: model.network, samples: .codes([sample.inputs]))
      if try run.firmwareSample().sample.layers[layer] != sample.layers[layer] { return model }
    }
    throw FlipFailure(description: "no weight of layer \(layer) changes its output")
  }
}

private struct FlipFailure: Error, CustomStringConvertible { var description: String }

/// The checksum of ISO 3309, bit by bit.
enum Checksum {
  static func crc32(_ bytes: [UInt8]) -> UInt32 {
    var crc = UInt32.max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return ~crc
  }
}

/// What object files define and need, by `nm`.
private struct Symbols {
  private var objects: [(file: String, defined: Set<String>, undefined: Set<String>)] = []

  init(folder: String) throws {
    let paths = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    for path in paths.sorted() where path.hasSuffix(".o") {
      let listing = try FirmwareProject.command(["riscv64-unknown-elf-nm", "--format=posix", "\(folder)/\(path)"])
      try #require(listing.status == 0, "\(listing.text)")
      let rows = listing.text.split(separator: "\n").map { $0.split(separator: " ") }.filter { $0.count >= 2 }
      let needed = rows.filter { $0[1] == "U" }.map { String($0[0]) }
      let defined = rows.filter { $0[1] != "U" }.map { String($0[0]) }
      objects.append((path, Set(defined), Set(needed)))
    }
  }

  /// What the compiler's own library has for arithmetic without instructions.
  static func ofCompilerLibrary() throws -> Set<String> {
    let target = ["riscv64-unknown-elf-gcc", "-march=rv32imc", "-mabi=ilp32", "-print-libgcc-file-name"]
    let path = try FirmwareProject.command(target).text.trimmingCharacters(in: .whitespacesAndNewlines)
    let listing = try FirmwareProject.command(["riscv64-unknown-elf-nm", "--format=posix", "--defined-only", path])
    try #require(listing.status == 0, "\(listing.text)")
    return Set(listing.text.split(separator: "\n").compactMap { $0.split(separator: " ").first.map(String.init) })
  }

  func undefined(in isCounted: (String) -> Bool) -> Set<String> {
    objects.filter { isCounted($0.file) }.reduce(into: []) { $0.formUnion($1.undefined) }
  }

  func defined(in isCounted: (String) -> Bool) -> Set<String> {
    objects.filter { isCounted($0.file) }.reduce(into: []) { $0.formUnion($1.defined) }
  }

  /// Files that need a symbol of a kind.
  func files(thatNeed isMeant: (String) -> Bool) -> [String] {
    objects.filter { $0.undefined.contains(where: isMeant) }.map(\.file)
  }
}
