/** README.txt of a place: for whoever stands before it with nothing else. Its words stay as they are once they lie in places, where nothing is written over. */
export const README_TEXT = `สำเนาสำรองของระบบสารบรรณ Saraban (รูปแบบ "saraban copy" รุ่น 1)
=====================================================================

ทุกไฟล์ในที่นี้เข้ารหัสด้วย age (https://age-encryption.org) ยกเว้นไฟล์นี้ ต้องใช้กุญแจ AGE-SECRET-KEY-1... ตามใบเก็บรักษากุญแจจึงจะเปิดได้
โปรดอย่าแก้ไขหรือลบไฟล์ใด ๆ ด้วยมือ

วิธีกู้คืนที่ง่ายที่สุด: ติดตั้ง Saraban บนเครื่องเปล่า แล้วสั่ง
    npx saraban restore

หากไม่มี Saraban ให้ใช้ age, tar, gzip และ psql (PostgreSQL 15 ขึ้นไป) ดังนี้ โดย key.txt คือไฟล์กุญแจ และ COPY คือชื่อไฟล์ล่าสุดใน nights/
    mkdir night && age -d -i key.txt nights/COPY.tar.age | tar -x -C night
    mkdir night/objects
    for f in packs/*/*.tar.gz.age; do age -d -i key.txt "$f" | tar -xz -C night/objects; done
    cd night && createdb saraban && psql -X -f restore.sql saraban
ไฟล์หนังสือทุกฉบับอยู่ใน night/objects ชื่อไฟล์คือค่า SHA-256 ของไฟล์นั้น กุญแจและการตั้งค่าอยู่ใน night/files
สิ่งที่เกิดขึ้นหลังคืนนั้นอยู่ใน minutes/COPY/ เรียงตามชื่อไฟล์ (เปิดด้วย age แล้ว tar -xz ภายในมี apply.sql)


Backup copies of a Saraban (format "saraban copy", version 1)
=============================================================

Every file here is encrypted with age (https://age-encryption.org), except this one. The key AGE-SECRET-KEY-1... is on the escrow sheet.
Please do not change or remove any file by hand.

The easiest way back: install Saraban on an empty machine and run
    npx saraban restore

Without Saraban, with age, tar, gzip and psql (PostgreSQL 15 or later); key.txt is the file of the key, COPY the newest name in nights/:
    mkdir night && age -d -i key.txt nights/COPY.tar.age | tar -x -C night
    mkdir night/objects
    for f in packs/*/*.tar.gz.age; do age -d -i key.txt "$f" | tar -xz -C night/objects; done
    cd night && createdb saraban && psql -X -f restore.sql saraban
Every letter's file is in night/objects, named by its SHA-256; keys and settings are in night/files.
What came after that night is in minutes/COPY/, in the order of the names (open with age, then tar -xz; inside is apply.sql).
`;
