import Foundation
import Testing

/// Transfers of the back-end for PMSIS SDKs, on a stand-in for their calls that completes copies as late and in as odd an
/// order as the SDKs may: the program compares each with plain loops.
struct PMSISTransferTests {
  private static let templates = Simulator.root.appendingPathComponent("Templates")

  /// The stand-in's choices by seed; nil: everything as late as allowed.
  @Test(arguments: ["gcc", "clang"], [nil, 1, 2, 3] as [Int?])
  func `copies and requests move what plain loops move, whenever they complete`(compiler: String, seed: Int?) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pmsis-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let pmsis = Self.templates.appendingPathComponent("pmsis")
    let standin = Self.templates.appendingPathComponent("pmsis_standin")
    try FileManager.default.copyItem(
      at: pmsis.appendingPathComponent("pmsis_backend.h"), to: folder.appendingPathComponent("dory_backend.h"))
    let sizes = "#define NETWORK_L1_BYTES 60000\n#define NETWORK_L2_BYTES 400000\n#define NETWORK_CORES 8\n"
    try Data("#include \"dory_types.h\"\n\(sizes)".utf8).write(to: folder.appendingPathComponent("network.h"))
    let program = folder.appendingPathComponent("transfers").path
    let sources = ["standin_cluster.c", "standin_dma.c", "standin_external.c", "standin_tasks.c"]
    let build = try Simulator.run(
      "/usr/bin/env",
      [
        compiler, "-std=gnu11", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-fsanitize=address,undefined",
        "-fno-sanitize-recover=all", "-no-pie", "-I\(folder.path)", "-I\(Self.templates.path)/runtime",
        "-I\(Self.templates.path)/kernels", "-I\(pmsis.path)", "-I\(standin.path)",
        Simulator.root.appendingPathComponent("Tests/ClusterTests/Programs/pmsis_transfers.c").path,
        "\(pmsis.path)/pmsis_cluster.c", "\(pmsis.path)/pmsis_l3.c", "-o", program,
      ] + sources.map { "\(standin.path)/\($0)" })
    try #require(build.status == 0, "\(build.errors)")
    let output = try Simulator.run("/usr/bin/env", (seed.map { ["STANDIN_SEED=\($0)"] } ?? []) + [program])
    #expect(output.status == 0, "\(output.text)\(output.errors)")
  }
}
