import Foundation
import Testing

/// How kernels choose the instructions of packed arithmetic, and what PULP GCC has to be told about loops in assembler
/// text: it makes hardware loops of loops in C, and reads memory at the sum of two registers.
struct SpellingTests {
  private static let kernels = Simulator.root.appendingPathComponent("Templates/kernels").path

  enum Spelling {
    case portable, coreV, xpulp
  }

  struct Choice: CustomTestStringConvertible, Sendable {
    var command: String
    var spelling: Spelling
    var testDescription: String { "\(spelling): \(command)" }
  }

  private static let gcc = "riscv64-unknown-elf-gcc -march=rv32imc -mabi=ilp32"
  private static let clang = """
    clang --target=riscv32-none-elf -menable-experimental-extensions -mabi=ilp32 \
    -march=rv32imc_zicsr_xcvmac1p0_xcvsimd1p0_xcvmem1p0_xcvalu1p0
    """

  @Test(arguments: [
    Choice(command: "cc", spelling: .portable),
    Choice(command: gcc, spelling: .portable),
    Choice(command: gcc + " -D__pulp__", spelling: .xpulp),
    Choice(command: gcc + " -D__pulp__ -DDORY_PORTABLE", spelling: .portable),
    Choice(command: gcc + " -DDORY_XPULP", spelling: .xpulp),
    Choice(command: clang, spelling: .coreV),
    Choice(command: clang + " -DDORY_PORTABLE", spelling: .portable),
  ])
  func `the compiler decides how packed arithmetic is spelled`(choice: Choice) throws {
    let command = choice.command.split(separator: " ").map(String.init)
    let output = try Simulator.run("/usr/bin/env", command + ["-dM", "-E", Self.kernels + "/dory_spelling.h"])
    try #require(output.status == 0, "\(output.errors)")
    let macros = Set(output.text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) })
    #expect(macros.contains("#define DORY_SIMD 0") == (choice.spelling == .portable))
    #expect(macros.contains("#define DORY_SIMD 1") == (choice.spelling != .portable))
    #expect(macros.contains { $0.hasPrefix("#define DORY_XPULP") } == (choice.spelling == .xpulp))
  }

  @Test(arguments: [
    "Templates/kernels/dory_dense_kernels.c", "Benchmarks/kernels/sample_columns.c",
    "Benchmarks/kernels/sample_elements.c", "Benchmarks/kernels/sample_reductions.c",
  ])
  func `a text with loops says that it overwrites their counters, and no operand is at two registers`(
    source: String
  ) throws {
    let folders = ["Templates/kernels", "Templates/runtime", "Benchmarks/kernels"]
    let options = folders.map { "-I" + Simulator.root.appendingPathComponent($0).path }
    let path = Simulator.root.appendingPathComponent(source).path
    let command = Self.gcc.split(separator: " ").map(String.init) + ["-ffreestanding", "-D__pulp__", "-E", "-P"]
    let output = try Simulator.run("/usr/bin/env", command + options + [path])
    try #require(output.status == 0, "\(output.errors)")
    // Between an `__asm__` and the end of its statement: no text contains a semicolon.
    let statements = output.text.components(separatedBy: "__asm__").dropFirst().map { $0.prefix { $0 != ";" } }
    let loops = statements.filter { $0.contains("lp.setup") }
    #expect(!loops.isEmpty)
    for loop in loops where !loop.contains(#": "memory", "lc0", "lc1""#) {
      Issue.record("these loops keep their counters: \(loop.prefix(400))")
    }
    let anywhere = [#""m""#, #""=m""#, #""+m""#, #""=&m""#]
    for statement in statements where anywhere.contains(where: { statement.contains($0) }) {
      Issue.record("an operand may be at two registers: \(statement.suffix(400))")
    }
  }
}
