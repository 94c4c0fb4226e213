/// The C that never varies, embedded in the executable.
package enum Templates {}
