import Foundation
import Testing

/// Kernels over random shapes with every remainder: the programs compare each result with a plain kernel, and print a hash
/// of all of them. More cases: `Benchmarks/kernels/run -D CASES=N equality_dense`.
struct KernelEqualityTests {
  private static let kernels = Simulator.root.appendingPathComponent("Benchmarks/kernels").path

  struct Program: CustomTestStringConvertible, Sendable {
    var name: String
    var parts: [String]
    /// The C macro for the number of cases.
    var count: String
    var testDescription: String { name }
  }

  @Test(arguments: [
    Program(name: "equality_dense", parts: ["bench_dense_case.c", "bench_parameters.c"], count: "CASES=14"),
    Program(name: "equality_columns", parts: ["bench_columns_case.c", "bench_parameters.c"], count: "CASES=8"),
    Program(name: "equality_elementwise", parts: [], count: "COUNT=16"),
    Program(name: "equality_pooling", parts: [], count: "COUNT=16"),
    Program(name: "equality_positions", parts: [], count: "COUNT=16"),
  ])
  func `all three spellings of the packed arithmetic give the same bytes`(program: Program) throws {
    let portable = try Self.host(program)
    #expect(try Self.cluster(program, []) == portable)
    #expect(try Self.cluster(program, ["--xpulp"]) == portable)
    #expect(try Self.cluster(program, ["--xpulp", "--gcc"]) == portable)
  }

  /// The hash that the simulated cores print.
  private static func cluster(_ program: Program, _ options: [String]) throws -> Int {
    let simulator = try Simulator.shared.get().folder.appendingPathComponent("simulator").path
    let output = try Simulator.run(
      "/usr/bin/env",
      ["python3", kernels + "/run", "--simulator", simulator, "-D", program.count, program.name] + options)
    try #require(output.status == 0, "\(output.errors)")
    return try hash(output.errors)
  }

  /// The hash of portable C on this machine.
  private static func host(_ program: Program) throws -> Int {
    let folder = try Simulator.shared.get().folder
    let executable = folder.appendingPathComponent("\(program.name)-host").path
    let templates = Simulator.root.appendingPathComponent("Templates").path
    let build = try Simulator.run(
      "/usr/bin/env",
      [
        "cc", "-std=gnu11", "-O1", "-ffp-contract=off", "-D" + program.count, "-Wall", "-Wextra", "-Werror",
        "-I" + kernels,
      ]
        + ["-I\(templates)/kernels", "-I\(templates)/runtime", "\(kernels)/\(program.name).c", "\(kernels)/bench.c"]
        + program.parts.map { "\(kernels)/\($0)" } + ["-o", executable])
    try #require(build.status == 0, "\(build.errors)")
    let output = try Simulator.run(executable, [])
    try #require(output.status == 0, "\(output.text)")
    return try hash(output.text)
  }

  private static func hash(_ text: String) throws -> Int {
    let words = text.split(whereSeparator: \.isWhitespace)
    let place = try #require(words.lastIndex(of: "hash"))
    return try #require(words.dropFirst(place + 1).first.flatMap { Int($0) })
  }
}
