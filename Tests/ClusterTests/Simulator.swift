import Foundation

/// The simulator of the cluster and a compiler for it, in a temporary folder of their own.
struct Simulator {
  /// Built from the sources, or found in the cache, once for all tests; nil where that failed.
  static let shared = Result { try Simulator() }

  /// What a command said.
  struct Output {
    var status: Int32
    var text: String
    var errors: String

    /// The value of a line `name value`; -1 where there is none.
    func value(_ name: String) -> Int {
      for line in text.split(separator: "\n") {
        let words = line.split(separator: " ")
        if words.count == 2, words[0] == name, let value = Int(words[1]) { return value }
      }
      return -1
    }
  }

  /// Why there is no simulator, or no program.
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// The root of the repository.
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  let folder: URL

  private init() throws {
    let files = FileManager.default
    folder = files.temporaryDirectory.appendingPathComponent("dory-cluster-\(UUID().uuidString)")
    try files.createDirectory(at: folder, withIntermediateDirectories: true)
    // The name that a generated project gives it.
    try files.copyItem(
      at: Self.root.appendingPathComponent("Templates/cluster/firmware/cluster_backend.h"),
      to: folder.appendingPathComponent("dory_backend.h"))
    let script = Self.root.appendingPathComponent("Templates/cluster/harness/cluster_build.sh").path
    let build = try Self.run("/usr/bin/env", ["bash", script, folder.appendingPathComponent("simulator").path])
    guard build.status == 0 else { throw Failure(description: build.errors) }
  }

  /// Runs a program of the folder Programs on a machine, with definitions of the C preprocessor and further options of
  /// the simulator.
  func run(
    _ program: String, on machine: Machine = Machine(), definitions: [String: Int] = [:], options: [String] = []
  ) throws -> Output {
    let figures = folder.appendingPathComponent("\(UUID().uuidString).cfg")
    try machine.text.write(to: figures, atomically: true, encoding: .utf8)
    let executable = try compiled(program, for: machine, definitions: definitions)
    return try Self.run(
      folder.appendingPathComponent("simulator").path,
      ["--program", executable, "--configuration", figures.path, "--cycles", "3000000"] + options)
  }

  /// The path of a program, compiled once for all tests that need the same.
  private func compiled(_ program: String, for machine: Machine, definitions: [String: Int]) throws -> String {
    let variant = definitions.sorted { $0.key < $1.key }.map { "-\($0.key)\($0.value)" }.joined()
    let path = folder.appendingPathComponent("\(program)\(variant)-\(machine["cores"]).elf").path
    if FileManager.default.fileExists(atPath: path) { return path }
    // Under a name of its own first: tests run side by side.
    let new = folder.appendingPathComponent("\(UUID().uuidString).elf").path
    try compile(program, for: machine, definitions: definitions, to: new)
    guard rename(new, path) == 0 else { throw Failure(description: "cannot rename \(new)") }
    return path
  }

  private func compile(_ program: String, for machine: Machine, definitions: [String: Int], to executable: String)
    throws
  {
    func file(_ path: String) -> String { Self.root.appendingPathComponent(path).path }
    let firmware = "Templates/cluster/firmware"
    var arguments = [
      "clang", "--target=riscv32-none-elf", "-menable-experimental-extensions", "-mabi=ilp32",
      "-march=rv32imc_zicsr_xcvmac1p0_xcvsimd1p0_xcvmem1p0_xcvalu1p0", "-std=gnu11", "-O2", "-ffreestanding",
      "-Wall", "-Wextra", "-Werror", "-nostdlib", "-fuse-ld=lld", "-I\(folder.path)",
      "-I\(file("Templates/runtime"))", "-I\(file(firmware))", "-I\(file("Templates/cluster/harness"))",
      "-DDORY_CLUSTER_CORES=\(machine["cores"])",
    ]
    arguments += definitions.sorted { $0.key < $1.key }.map { "-D\($0.key)=\($0.value)" }
    let defined = ["l1_bytes", "l2_bytes", "cores", "master_stack_bytes", "worker_stack_bytes", "code_reserve_bytes"]
    let stacks = machine["master_stack_bytes"] + (machine["cores"] - 1) * machine["worker_stack_bytes"]
    arguments += defined.map { "-Wl,--defsym=\($0)=\(machine[$0])" }
    arguments += [
      "-Wl,--defsym=network_l1_bytes=\(machine["l1_bytes"] - stacks)",
      "-Wl,--defsym=network_l2_bytes=\(machine["l2_bytes"] - machine["code_reserve_bytes"])",
      "-Wl,--script=\(file("\(firmware)/cluster_link.ld"))", file("Tests/ClusterTests/Programs/\(program).c"),
      file("\(firmware)/cluster_hal.c"), file("\(firmware)/cluster_memory_copy.c"),
      file("\(firmware)/cluster_start.S"), "-o", executable,
    ]
    let compiled = try Self.run("/usr/bin/env", arguments)
    guard compiled.status == 0 else { throw Failure(description: compiled.errors) }
  }

  /// Runs a command to its end.
  static func run(_ program: String, _ arguments: [String]) throws -> Output {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    // Both go to files: no pipe can fill up.
    let files = FileManager.default
    let paths = (0..<2).map { _ in files.temporaryDirectory.appendingPathComponent("dory-\(UUID().uuidString)") }
    for path in paths { try Data().write(to: path) }
    defer { for path in paths { try? files.removeItem(at: path) } }
    process.standardOutput = try FileHandle(forWritingTo: paths[0])
    process.standardError = try FileHandle(forWritingTo: paths[1])
    try process.run()
    process.waitUntilExit()
    return Output(
      status: process.terminationStatus, text: try String(contentsOf: paths[0], encoding: .utf8),
      errors: try String(contentsOf: paths[1], encoding: .utf8))
  }
}
