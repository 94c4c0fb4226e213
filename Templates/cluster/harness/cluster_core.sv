// SPDX-License-Identifier: Apache-2.0
// One core of the cluster: CV32E40P with the PULP extensions, without interrupts, debugger and floating-point unit.
module cluster_core (
    input  logic        toggle,         // its change makes one clock cycle: one evaluation instead of two
    input  logic        reset_n,
    input  logic [31:0] core_id,
    input  logic [31:0] boot_address,  // of the first instruction
    input  logic [31:0] trap_address,  // of the trap handler; a multiple of 256

    // Instructions: a request is granted in its cycle. The outputs are those of the cycle that has just ended.
    output logic        fetch_request,
    output logic [31:0] fetch_address,
    input  logic        fetch_valid,
    input  logic [31:0] fetch_word,

    // Data: the outputs come from registers; they are those of the cycle to come, whatever its inputs will be.
    output logic        data_request,
    output logic        data_write,
    output logic [ 3:0] data_enable,
    output logic [31:0] data_address,
    output logic [31:0] data_word,
    input  logic        data_grant,
    input  logic        data_valid,
    input  logic [31:0] data_response,
    output logic [31:0] data_pc         // of the instruction that requests
);

  // High from the change of `toggle` until the registers have taken their new values.
  logic clock, toggle_q;
  assign clock = toggle ^ toggle_q;
  always_ff @(posedge clock) toggle_q <= toggle;

  logic instr_req;
  logic [31:0] instr_addr;

  always_ff @(posedge clock) begin
    fetch_request <= instr_req;
    fetch_address <= instr_addr;
    if (core.id_stage_i.id_valid_o) data_pc <= core.pc_id;
  end

  cv32e40p_core #(
      .COREV_PULP(1),
      .NUM_MHPMCOUNTERS(0)
  ) core (
      .clk_i              (clock),
      .rst_ni             (reset_n),
      .pulp_clock_en_i    (1'b1),
      .scan_cg_en_i       (1'b0),
      .boot_addr_i        (boot_address),
      .mtvec_addr_i       (trap_address),
      .dm_halt_addr_i     (32'b0),
      .hart_id_i          (core_id),
      .dm_exception_addr_i(32'b0),
      .instr_req_o        (instr_req),
      .instr_gnt_i        (1'b1),
      .instr_rvalid_i     (fetch_valid),
      .instr_addr_o       (instr_addr),
      .instr_rdata_i      (fetch_word),
      .data_req_o         (data_request),
      .data_gnt_i         (data_grant),
      .data_rvalid_i      (data_valid),
      .data_we_o          (data_write),
      .data_be_o          (data_enable),
      .data_addr_o        (data_address),
      .data_wdata_o       (data_word),
      .data_rdata_i       (data_response),
      .apu_busy_o         (),
      .apu_req_o          (),
      .apu_gnt_i          (1'b0),
      .apu_operands_o     (),
      .apu_op_o           (),
      .apu_flags_o        (),
      .apu_rvalid_i       (1'b0),
      .apu_result_i       (32'b0),
      .apu_flags_i        ('0),
      .irq_i              (32'b0),
      .irq_ack_o          (),
      .irq_id_o           (),
      .debug_req_i        (1'b0),
      .debug_havereset_o  (),
      .debug_running_o    (),
      .debug_halted_o     (),
      .fetch_enable_i     (1'b1),
      .core_sleep_o       ()
  );

endmodule

// The core's clock is never gated: gating saves energy and changes no state.
module cv32e40p_clock_gate (
    input  logic clk_i,
    input  logic en_i,
    input  logic scan_cg_en_i,
    output logic clk_o
);
  assign clk_o = clk_i;
endmodule
