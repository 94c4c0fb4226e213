import CEmitter
import Foundation
import NetworkIR

/// A generated project on disk, and the programs that its Makefile builds.
struct ProjectFolder {
  var path: String
  /// Whether it was there before, so that its C may be another than what the tool writes.
  private let isGiven: Bool

  /// A project that lies on disk, as it is.
  init(given path: String) {
    self.path = URL(fileURLWithPath: path).path
    isGiven = true
  }

  /// Writes the files of a project.
  ///
  /// - Throws: `Refusal` where the place is taken or can't be written.
  init(_ files: [GeneratedFile], at path: String) throws(Refusal) {
    self.path = path
    isGiven = false
    try OutputFolder.write(files, to: path)
  }

  /// Builds the program for this machine.
  ///
  /// - Parameter build: how.
  /// - Returns: the program, ready to run.
  /// - Throws: `Refusal` with the compiler's output where the build fails.
  func host(_ build: HostBuild = .plain) async throws -> HostProgram {
    let result = try await make("host", build.variables)
    guard result.succeeded else {
      throw Refusal(
        Diagnostic(
          code: "DG0031", message: "the generated C was not compiled",
          hint: isGiven
            ? "mend what the compiler names, or generate the project anew"
            : "check that 'cc' is a working C compiler; if it is, this is a fault of dory-gen",
          details: result.output))
    }
    return HostProgram(project: path)
  }

  /// Builds the firmware and, the first time on a machine, its simulator.
  ///
  /// - Throws: `Refusal` with the output of make where the build fails.
  func cluster() async throws -> ClusterProgram {
    let result = try await make("cluster")
    guard result.succeeded else {
      throw Refusal(
        Diagnostic(
          code: "DG0033", message: "the firmware or the simulator of the cluster was not built",
          hint: "install verilator, gcc-riscv64-unknown-elf, the Python package pythondata-cpu-cv32e40p and a clang "
            + "with the RISC-V target; if they are there, "
            + (isGiven ? "mend what the compiler names" : "this is a fault of dory-gen"),
          details: result.output))
    }
    return ClusterProgram(project: path)
  }

  private func make(_ goal: String, _ variables: [String] = []) async throws -> ProcessResult {
    do {
      return try await ProcessResult.running("make", ["-C", path, "-j2", goal] + variables)
    } catch let refusal as Refusal {
      throw refusal
    } catch {
      throw Refusal(
        Diagnostic(
          code: "DG0030", message: "make can't be started: \(error)", hint: "install make and a C compiler"))
    }
  }
}
