/** Of eight characters or more, lower-cased. */
export const commonPasswords: ReadonlySet<string> = new Set(
  `
    12345678 123456789 1234567890 password password1 password12 password123 password1234 passw0rd
    p@ssw0rd p@ssword qwertyui qwerty12 qwerty123 qwerty1234 qwertyuiop 1qaz2wsx 1q2w3e4r 1q2w3e4r5t
    q1w2e3r4 zaq12wsx iloveyou sunshine princess football baseball superman trustno1 welcome1 welcome123
    letmein1 letmein123 admin123 admin1234 administrator changeme changeme1 starwars whatever computer
    michelle jennifer internet samantha mustang1 michael1 jordan23 liverpool corvette mercedes bigdaddy
    maverick dolphins cocacola blink182 asdfghjk asdfasdf asdfghjkl 1234qwer abcd1234 abc12345 abcdefgh
    a1b2c3d4 aa123456 a1234567 11111111 00000000 88888888 87654321 12341234 11223344 12344321 123123123
    987654321 99999999 66666666 77777777 55555555 22222222 31415926 147258369 159753159 123654789
    111222333 123qweasd qweasdzxc zxcvbnm1 zxcvbnm123 monkey123 dragon123 master123 secret123 shadow123
    killer123 hello123 charlie1 freedom1 passpass testtest test1234 testing1 testing123 rootroot
    root1234 toor1234 guest123 user1234 default1 letmein! password! password1! qwerty123! welcome1!
    summer2024 summer2025 winter2024 winter2025 spring2025 autumn2025 codexwebapp codex-webapp
  `
    .trim()
    .split(/\s+/),
);
